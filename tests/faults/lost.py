"""Batches that are lost between the fetch and the agent, and with an agent that crashes."""

from __future__ import annotations

from tests.faults.ground import Run, ground
from tests.faults.rows import Row


def batches_dropped(run: Run) -> Row:
    """Each fourth batch never reaches the agent: it is noticed, and read again."""
    return _lost(run, "batches dropped before the agent", "drop", "dropped")


def agent_crashes(run: Run) -> Row:
    """The agent fails with each fourth batch in its hands, which Faust acknowledges: it is read again."""
    return _lost(run, "agent crashed with a batch", "crash", "crashed with")


def _lost(run: Run, name: str, fault: str, told: str) -> Row:
    with ground(run) as on:
        plant = on.plant
        plant.worker.environment["DAYBOOK_STALL_SECONDS"] = "20"
        on.forced(plant.worker, f"{fault}:{run.chance().randint(3, 5)}")
        plant.worker.start()
        plant.sink.start()
        plant.wait(lambda: plant.worker.restored() > 0, "partitions for the worker")
        plant.publish(run.pick(4_000, 60_000), per_second=run.pick(400, 1_500))
        plant.join()
        plant.limit = 40 if run.without else plant.limit
        if not run.without:
            plant.settle()
        seen = {told: plant.worker.text().count(f"forced: {told}")}
        return on.judged(name, seen, told, "replays")

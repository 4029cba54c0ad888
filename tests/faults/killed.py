"""The worker and the sink killed at random moments, and the worker at every step of a checkpoint."""

from __future__ import annotations

from functools import partial

from confluent_kafka import Consumer, TopicPartition

from daybook.schemas import topics
from tests.faults.forced import STEPS
from tests.faults.ground import DIFFERS, Ground, Run, ground
from tests.faults.rows import Row
from tests.streams.plant import PARTITIONS
from tests.streams.program import Program
from tests.streams.truth import table_positions

_PACE = 1_500
_LONG_PACE = 2_500
_SLOW_PACE = 400
"""Slow enough for many checkpoints, each with some of it."""


def worker_killed(run: Run) -> Row:
    """SIGKILL at random moments under load, with repeats and late events in the stream."""
    return _killed_again_and_again(run, "worker")


def sink_killed(run: Run) -> Row:
    """The same for the sink: everything is written in the end, and nothing shows twice."""
    return _killed_again_and_again(run, "sink")


def _killed_again_and_again(run: Run, which: str) -> Row:
    events, kills = run.events or run.pick(20_000, 1_000_000), run.kills or run.pick(3, 50)
    with ground(run) as on:
        plant = on.plant
        plant.limit = max(plant.limit, events / 500)
        program: Program = getattr(plant, which)
        plant.worker.start()
        plant.sink.start()
        plant.publish(events, per_second=_PACE if run.short else _LONG_PACE)
        plant.kill_at_random(program, kills, run.seed)
        trade = plant.trade
        seen = {"kills": kills, "repeats": trade.repeats, "late events": trade.late, "damaged": trade.damaged}
        needed = ("kills", "repeats", "late events") + (("rebalances",) if which == "worker" else ())
        return on.judged(f"{which} killed", seen, *needed)


def killed_at_each_step(run: Run) -> Row:
    """SIGKILL between any two steps of a checkpoint; the offsets may never be ahead of the state."""
    chance = run.chance()
    with ground(run) as on:
        plant, worker = on.plant, on.plant.worker
        plant.sink.start()
        steps = ("begin", "sent", "committed") if run.short and not run.without else STEPS
        seen = dict.fromkeys((f"killed at {step}" for step in steps), 0)
        ahead: list[str] = []
        for step in steps:
            # An even number too: where a position is written apart, its state is the second half.
            on.forced(worker, f"kill:{step}:{chance.randint(1, 5) * 2}")
            restored = worker.restored()
            worker.start()
            # What waits at its start is counted in one go: what it is to be killed in has to come after that.
            plant.wait(partial(_restored_again, worker, restored), "partitions for the worker")
            plant.publish(run.pick(4_000, 12_000), per_second=_SLOW_PACE)
            _until_ended(on, worker)
            seen[f"killed at {step}"] += 1
            ahead += _offsets_ahead(on, step)
            plant.join()
        on.forced(worker)
        worker.ends_itself = False
        worker.start()
        row = on.judged("killed at each step of a checkpoint", seen, *seen)
        if ahead:
            return row._replace(reached=False, detail=DIFFERS + "; ".join(ahead[:3]))
        return row


def _restored_again(worker: Program, before: int) -> bool:
    return worker.restored() > before


def _until_ended(on: Ground, worker: Program) -> None:
    on.plant.wait(worker.ended, "the end of the worker at its step")
    worker.kill()


def _offsets_ahead(on: Ground, step: str) -> list[str]:
    """Partitions whose committed source offset lies beyond the state that is written."""
    consumer = Consumer({"bootstrap.servers": on.plant.bootstrap, "group.id": "daybook"})
    places = [TopicPartition(topics.EVENTS, partition) for partition in range(PARTITIONS)]
    try:
        committed = [place.offset for place in consumer.committed(places, timeout=20)]
    finally:
        consumer.close()
    positions = table_positions(on.plant.source())
    return [
        f"{step}: partition {partition} committed {offset}, its state is at {position.next_offset}"
        for partition, (offset, position) in enumerate(zip(committed, positions, strict=True))
        if offset > position.next_offset
    ]

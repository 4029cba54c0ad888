"""Workers that come and go, and one that freezes and wakes as a zombie."""

from __future__ import annotations

import signal
import time
from functools import partial

from tests.faults.ground import Ground, Run, ground
from tests.faults.rows import Row
from tests.streams.program import Program

_MOST_PARTS = 200


def workers_come_and_go(run: Run) -> Row:
    """One worker, then three, then one again, twice (once in the short run), under load."""
    rounds = run.pick(1, 2)
    with ground(run) as on:
        plant = on.plant
        others = [plant.program("worker") for _ in range(2)]
        plant.worker.start()
        plant.sink.start()
        plant.publish(run.events or run.pick(25_000, 200_000), per_second=run.pick(1_000, 1_500))
        plant.progress()
        seen = {"workers that came": 0, "workers that left": 0}
        for _ in range(rounds):
            for other in others:
                before = other.restored()
                other.start()
                plant.wait(partial(_more, other, before), "a share of partitions")
                seen["workers that came"] += 1
            plant.progress()
            for other in others:
                assert other.stop() == 0
                seen["workers that left"] += 1
            plant.progress()
        return on.judged("workers 1, 3, 1", seen, *seen, "rebalances")


def _more(worker: Program, than: int) -> bool:
    return worker.restored() > than


def frozen_worker(run: Run) -> Row:
    """A worker stops in the middle of a checkpoint, past its session; awake again it can write nothing."""
    with ground(run) as on:
        plant = on.plant
        seen = {"freezes": 0}
        for _ in range(run.pick(1, 4)):
            _freeze_and_wake(on, run.chance().randint(8, 20))
            seen["freezes"] += 1
        plant.worker.start()
        plant.publish(500)
        return on.judged("worker frozen past its session", seen, "freezes", "fencings", "rebalances")


def _freeze_and_wake(on: Ground, checkpoint: int) -> None:
    plant = on.plant
    zombie, successor = plant.program("worker"), plant.program("worker")
    on.forced(zombie, f"freeze:begin:{checkpoint}")
    if on.run.without:
        on.forced(successor)
    zombie.start()
    if not plant.sink.running():
        plant.sink.start()
    plant.wait(lambda: zombie.restored() > 0, "partitions for the first worker")
    plant.join()
    _until_frozen(on, zombie)
    successor.start()
    plant.wait(lambda: "restored partitions [0, 1, 2, 3]" in successor.text(), "a takeover of all partitions")
    plant.settle()
    zombie.signal(signal.SIGCONT)
    # It finds out for itself that it is replaced, and says so; unfenced it joins again as if nothing was.
    _told(on, zombie)
    zombie.kill()
    successor.kill()


def _until_frozen(on: Ground, zombie: Program) -> None:
    """Publish until it is: the busier the machine is, the more events are in one checkpoint."""
    for _ in range(_MOST_PARTS):
        on.plant.publish(250, per_second=1_000)
        on.plant.join()
        if "SIGSTOP" in zombie.text():
            return
    on.plant.wait(lambda: "SIGSTOP" in zombie.text(), "a freeze in a checkpoint")


def _told(on: Ground, zombie: Program) -> None:
    restored = zombie.restored()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if "a checkpoint failed" in zombie.text() or zombie.restored() > restored or zombie.ended():
            break
        time.sleep(0.1)
    time.sleep(3 if on.run.without else 1)

"""The worker that counts signals killed at random moments, with repeats and late ones in the stream."""

from __future__ import annotations

import time
from collections import Counter

from daybook.ledger.signals.totals import merged
from daybook.sinks.raw_signals import recomputed, told
from tests.faults.ground import DIFFERS, Run, ground
from tests.faults.rows import Row
from tests.streams.plant import CALENDAR, Plant
from tests.streams.signalled import made_signals, publish, received, whole_log

_NAME = "signals worker killed"


def signals_worker_killed(run: Run) -> Row:
    """SIGKILL while signals come: in the end each counts once, and totals are those of the whole log."""
    with ground(run) as on:
        return killed_signals_worker(on.plant, run)


def killed_signals_worker(plant: Plant, run: Run) -> Row:
    """The same on a plant that is there."""
    kills, chance = run.kills or run.pick(3, 25), run.chance()
    signals = made_signals(run.seed, run.events or run.pick(3_000, 60_000))
    worker = plant.program("worker", "--of=signals")
    if not plant.sink.running():
        plant.sink.start()
    worker.start()
    size = len(signals) // (kills + 1) + 1
    for number in range(kills + 1):
        publish(plant.bootstrap, signals[number * size : (number + 1) * size])
        if number < kills:
            before = received(plant.store)
            plant.wait(lambda known=before: received(plant.store) > known, "signals counted")  # type: ignore[misc]
            time.sleep(chance.random() / 4)
            worker.kill()
            worker.start()
    plant.wait(lambda: received(plant.store) >= len(signals), f"{len(signals)} signals received")
    expected = merged(ledger.totals for ledger in whole_log(plant.store))
    seen = {"kills": kills, "repeats": len(signals) - len({value for _, value in signals})}
    try:
        plant.wait(lambda: told(plant.store) == expected, "totals as the log has them")
    except AssertionError:
        return Row(_NAME, reached=False, seen=seen, detail=f"{DIFFERS}totals are not those of the log")
    found = _wrong(plant, len(signals))
    if recomputed(plant.store, CALENDAR) != expected:
        found.append("what is recomputed from raw signals is something else")
    detail = DIFFERS + "; ".join(found) if found else f"{len(signals):,} signals, seed {run.seed}"
    return Row(_NAME, not found and seen["repeats"] > 0, seen, detail)


def _wrong(plant: Plant, published: int) -> list[str]:
    """Counters that are not those of the whole log."""
    names = ("received", "counted", "duplicates", "superseded", "dead")
    sums = ", ".join(f"sum({name})" for name in names)
    row = plant.store.rows(f"SELECT {sums} FROM signal_positions FINAL")[0]  # noqa: S608 - names of columns
    stand = dict(zip(names, map(int, row), strict=True))
    log: Counter[str] = Counter()
    for ledger in whole_log(plant.store):
        log.update({name: getattr(ledger.position, name) for name in names})
    found = [
        f"{name} is {stand[name]}, the log has {log[name]}" for name in names if stand[name] != log[name]
    ]
    if stand["received"] != published:
        found.append(f"{published} were published and {stand['received']} received")
    return found

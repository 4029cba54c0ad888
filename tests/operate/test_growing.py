"""More partitions, while sales go on."""

from __future__ import annotations

import random

import pytest

from daybook.ledger.signals.totals import merged
from daybook.sinks.raw_signals import told
from daybook.sinks.reading import counts
from tests.operate.running import (
    command,
    counting_by_the_record,
    differences,
    document,
    publishing,
    start,
    stop,
    until_equal,
)
from tests.streams.plant import CALENDAR, Plant
from tests.streams.signalled import made_signals, one_ledger, publish, received
from tests.streams.trade import Sent

pytestmark = pytest.mark.timeout(240)  # many processes, one after the other


def test_four_partitions_become_twelve_under_load(plant: Plant) -> None:
    """Sales go on by producers with the new map and with the old one, and every total is right.

    Signals get them as well: what is known of each subject goes with it.
    """
    counting_by_the_record(plant)
    events = list(plant.trade.events(1800))
    signals = made_signals(3, 600)
    counting = plant.program("worker", "--of=signals")
    counting.start()
    chance = random.Random(4)  # noqa: S311 - a repeatable run
    stale: list[list[Sent]] = []
    fresh: list[list[Sent]] = []
    for begin in range(0, len(events), 100):
        (stale if chance.random() < 0.2 else fresh).append(events[begin : begin + 100])
    with (
        publishing(plant.bootstrap, fresh, stale=False, kept=len(fresh) // 3),
        publishing(plant.bootstrap, stale, stale=True, kept=len(stale) // 3),
    ):
        publish(plant.bootstrap, signals[:300])
        plant.wait(lambda: plant.received() > 300 and received(plant.store) > 100, "a beginning")
        assert "Stop every worker first" in command(plant, "grow", "--partitions", "12", code=3)
        stop(plant)
        assert counting.stop() == 0
        made = document(plant, "grow", "--partitions", "12")
        start(plant)
        counting.start()
        publish(plant.bootstrap, signals[300:])
    assert set(made["epochs"]) == {"sales.events", "sales.signals"}
    plant.wait(lambda: plant.received() >= len(events), "everything received")
    misplaced = "SELECT count() FROM dead_letters FINAL WHERE reason = 'misplaced'"
    plant.wait(lambda: int(plant.store.value(misplaced)) > 0, "what the old map misplaced")
    command(plant, "dead-letters", "replay", "--reason", "misplaced")
    command(plant, "dead-letters", "replay", "--reason", "misplaced", "--signals")
    until_equal(plant, events, CALENDAR)
    right = merged([one_ledger(signals).totals])
    plant.wait(lambda: told(plant.store) == right, "totals of signals as they have to be")
    assert int(plant.store.value("SELECT uniqExact(partition) FROM signal_events")) == 12
    stored = counts(plant.store)
    assert stored.received == stored.counted + stored.duplicates + stored.dead
    assert int(plant.store.value("SELECT uniqExact(partition) FROM events")) == 12
    days = ["--from", "2020-01-01", "--to", "2100-01-01"]
    rebuilt = document(plant, "rebuild", *days)
    assert (rebuilt["differences"], rebuilt["replaced_lines"]) == ([], 0)
    assert differences(plant, events, CALENDAR) == []

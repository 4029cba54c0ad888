"""More partitions, while sales go on."""

from __future__ import annotations

import random

import pytest

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
from tests.streams.trade import Sent

pytestmark = pytest.mark.timeout(240)  # many processes, one after the other


@pytest.mark.long
def test_four_partitions_become_twelve_under_load(plant: Plant) -> None:
    """Sales go on by producers with the new map and with the old one, and every total is right."""
    counting_by_the_record(plant)
    events = list(plant.trade.events(3600))
    chance = random.Random(4)  # noqa: S311 - a repeatable run
    stale: list[list[Sent]] = []
    fresh: list[list[Sent]] = []
    for begin in range(0, len(events), 100):
        (stale if chance.random() < 0.2 else fresh).append(events[begin : begin + 100])
    with (
        publishing(plant.bootstrap, fresh, stale=False, kept=len(fresh) // 3),
        publishing(plant.bootstrap, stale, stale=True, kept=len(stale) // 3),
    ):
        plant.wait(lambda: plant.received() > 500, "a beginning")
        assert "Stop every worker first" in command(plant, "grow", "--partitions", "12", code=3)
        stop(plant)
        made = document(plant, "grow", "--partitions", "12")
        start(plant)
    assert made["partitions"] == 12
    plant.wait(lambda: plant.received() >= len(events), "everything received")
    misplaced = "SELECT count() FROM dead_letters FINAL WHERE reason = 'misplaced'"
    plant.wait(lambda: int(plant.store.value(misplaced)) > 0, "what the old map misplaced")
    command(plant, "dead-letters", "replay", "--reason", "misplaced")
    until_equal(plant, events, CALENDAR)
    stored = counts(plant.store)
    assert stored.received == stored.counted + stored.duplicates + stored.dead
    assert int(plant.store.value("SELECT uniqExact(partition) FROM events")) == 12
    days = ["--from", "2020-01-01", "--to", "2100-01-01"]
    rebuilt = document(plant, "rebuild", *days)
    assert (rebuilt["differences"], rebuilt["replaced_lines"]) == ([], 0)
    assert differences(plant, events, CALENDAR) == []

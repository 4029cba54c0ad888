"""Days recomputed from the raw events."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from daybook.schemas import topics
from daybook.sinks.errors import SinkBehind
from daybook.sinks.rebuild import rebuild
from daybook.sinks.reconcile import reconcile
from daybook.sinks.store import Store
from tests.sinks.world import World, busy_day, insert, sale

FIRST, LAST = date(2026, 3, 13), date(2026, 3, 15)
MERGED = "SELECT * FROM merged_totals ORDER BY ALL"
LINES = "SELECT * FROM lines FINAL ORDER BY epoch, partition, offset, line_no"


def written(store: Store) -> World:
    """A busy day that is written in full."""
    world = busy_day()
    world.write(store)
    return world


def test_restores_truncated_totals(store: Store) -> None:
    """After the totals were lost, a rebuild gives the very same ones."""
    world = written(store)
    before = store.rows(MERGED)
    store.command("TRUNCATE TABLE totals")
    made = rebuild(store, world.calendar, FIRST, LAST)
    assert store.rows(MERGED) == before
    assert made.differences
    assert made.events == sum(map(len, world.records.values())) - 2
    assert reconcile(store) == []


def test_twice_is_the_same(store: Store) -> None:
    """A rebuild of what is right finds nothing, and one that follows another loss restores again."""
    world = written(store)
    before = store.rows(MERGED)
    for _ in range(2):
        assert rebuild(store, world.calendar, FIRST, LAST).differences == []
        store.command("TRUNCATE TABLE totals")
        assert rebuild(store, world.calendar, FIRST, LAST).differences
        assert store.rows(MERGED) == before


def test_lines_that_are_right_are_not_told_as_replaced(embedded: Store) -> None:
    """Also where some of their columns are empty; one that is gone is told, and comes back alone."""
    world = written(embedded)
    before = embedded.rows(LINES)
    assert rebuild(embedded, world.calendar, FIRST, LAST).replaced_lines == 0
    embedded.command("DELETE FROM lines WHERE partition = 0 AND offset = 0 AND line_no = 0")
    assert rebuild(embedded, world.calendar, FIRST, LAST).replaced_lines == 1
    assert embedded.rows(LINES) == before


def test_takes_out_what_should_not_be_there(embedded: Store) -> None:
    """A wrong amount and a total of nobody go, and both are reported."""
    world = written(embedded)
    before = embedded.rows(MERGED)
    row = embedded.records("SELECT * FROM totals FINAL WHERE dimension = 'staff' ORDER BY ALL LIMIT 1")[0]
    plant(embedded, row | {"gross": row["gross"] + 1})
    plant(embedded, row | {"key": "nobody"})
    found = rebuild(embedded, world.calendar, FIRST, LAST).differences
    assert {d.key for d in found} == {row["key"], "nobody"}
    assert embedded.rows(MERGED) == before


def test_restores_lines(store: Store) -> None:
    """Lines that were lost or changed come back as they were, those of dead letters stay out."""
    world = written(store)
    before = store.rows(LINES)
    row = store.records("SELECT * FROM lines FINAL WHERE gross > 0 ORDER BY ALL LIMIT 1")[0]
    store.insert("lines", {name: [value] for name, value in (row | {"gross": 1}).items()})
    store.command("DELETE FROM lines WHERE partition = 1 AND line_no = 0")
    assert reconcile(store, patience=0)
    made = rebuild(store, world.calendar, FIRST, LAST)
    assert made.replaced_lines > 1
    assert store.rows(LINES) == before
    assert reconcile(store) == []


def test_other_days_stay(embedded: Store) -> None:
    """Only the days that were asked for are rewritten."""
    world = written(embedded)
    embedded.command("TRUNCATE TABLE totals")
    rebuild(embedded, world.calendar, FIRST, FIRST)
    assert embedded.rows("SELECT DISTINCT business_date FROM totals") == [(FIRST,)]


def test_leaves_what_is_still_on_its_way(embedded: Store) -> None:
    """Raw events above the position are not counted before the totals agent has counted them."""
    world = written(embedded)
    before = embedded.rows(MERGED)
    world.publish(sale(99))
    insert(embedded, world.events_batch(0, len(world.records[0]) - 1))
    assert rebuild(embedded, world.calendar, FIRST, LAST).differences == []
    assert embedded.rows(MERGED) == before


def test_totals_may_move_on_meanwhile(embedded: Store) -> None:
    """Totals that are newer than the position that was read are neither a difference nor set back."""
    world = written(embedded)
    world.publish(sale(99))
    world.count()
    insert(embedded, world.events_batch(0, len(world.records[0]) - 1))
    totals, _positions = world.told_batch(topics.TOTALS, 0).blocks
    embedded.insert(totals.table, totals.columns)
    before = embedded.rows(MERGED)
    assert rebuild(embedded, world.calendar, FIRST, LAST).differences == []
    assert embedded.rows(MERGED) == before


def test_waits_for_raw_events_that_are_missing(embedded: Store) -> None:
    """Where the raw events end before the position, a rebuild would lose sales and says so instead."""
    world = written(embedded)
    embedded.command("DELETE FROM events WHERE partition = 0 AND offset > 3")
    with pytest.raises(SinkBehind, match="raw events"):
        rebuild(embedded, world.calendar, FIRST, LAST)


def test_counts_over_two_epochs(embedded: Store) -> None:
    """What an older source topic held still counts after a new one has taken its place."""
    world = written(embedded)
    later = World(world.calendar, world.epoch + 1)
    for partition, ledger in world.ledgers.items():
        ledger.adopt_epoch(later.epoch)
        later.ledgers[partition] = ledger
    later.publish(sale(50), 0)
    later.publish(sale(2), 0)
    later.publish(sale(51), 1)
    later.count()
    later.write(embedded)
    assert reconcile(embedded) == []
    before = embedded.rows(MERGED)
    embedded.command("TRUNCATE TABLE totals")
    rebuild(embedded, world.calendar, FIRST, LAST)
    assert embedded.rows(MERGED) == before
    assert (
        embedded.value("SELECT sum(orders) FROM merged_totals WHERE dimension = 'store' AND book = 'sales'")
        == 11
    )


def plant(store: Store, row: dict[str, Any]) -> None:
    """Write a row of totals."""
    store.insert("totals", {name: [value] for name, value in row.items()})

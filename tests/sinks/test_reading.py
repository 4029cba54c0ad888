from __future__ import annotations

from datetime import date

from daybook.sinks.reading import counts, dead_letter, dead_letters, store_totals
from daybook.sinks.store import Store
from tests.sinks.world import EPOCH, World, busy_day, refund, sale


def test_totals_by_store_and_day(store: Store) -> None:
    """A sale and its refund on the next day, on both days and by origin, as worked out by hand."""
    world = World()
    world.publish(sale(1, time="2026-03-13T10:00:00+00:00"))
    world.publish(refund(2))
    world.count()
    world.write(store)
    first, second = store_totals(store)
    assert (first.business_date, first.store_id, first.currency) == (date(2026, 3, 13), "high-street", "GBP")
    # A mug at 11.99 less 1.00 with 1.83 tax inside, and a pen at 2.50 with 0.50 tax on top.
    assert first.figures.net == 1199 - 100 - 183 + 250
    assert (first.figures.tax, first.figures.charged, first.figures.orders) == (233, 1399, 1)
    assert (first.figures.reversals, first.figures.reversals_by_origin) == (0, -916)
    assert (second.figures.reversals, second.figures.reversals_by_origin) == (-916, 0)
    assert (second.figures.charged, second.figures.returned_units) == (-1099, 1)
    assert store_totals(store, date(2026, 3, 14)) == [second]
    assert store_totals(store, last=date(2026, 3, 13)) == [first]
    assert store_totals(store, book="test") == []


def test_counts_add_up(store: Store) -> None:
    """Over both partitions, superseded snapshots among the duplicates."""
    world = busy_day()
    world.write(store)
    got = counts(store)
    assert (got.received, got.counted, got.duplicates, got.dead) == (18, 13, 3, 2)
    assert got.received == got.counted + got.duplicates + got.dead
    assert got.recorded_at is not None


def test_counts_of_nothing(embedded: Store) -> None:
    """An empty database has received nothing, and no time at which it did."""
    assert counts(embedded) == (0, 0, 0, 0, None)


def test_dead_letters_are_listed_and_shown(store: Store) -> None:
    """The newest first, by reason if asked; one by its position, with its bytes."""
    world = busy_day()
    world.write(store)
    found = dead_letters(store)
    assert [letter.reason for letter in found] == ["unknown_store", "malformed_json"]
    assert [letter.id for letter in dead_letters(store, reason="malformed_json")] == [f"{EPOCH}-1-5"]
    assert len(dead_letters(store, limit=1)) == 1
    shown = dead_letter(store, EPOCH, 1, 5)
    assert shown is not None
    assert shown.original == b"\xff\xfe no event at all"
    assert (shown.replayable, found[0].replayable) == (False, True)
    assert dead_letter(store, EPOCH, 1, 6) is None

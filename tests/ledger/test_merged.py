"""One view of all partitions' totals, whatever comes twice, late, or not at all."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.ledger.calendar import Calendar
from daybook.ledger.measures import figures
from daybook.ledger.merged import Change, MergedTotals, Place, all_entries
from daybook.ledger.messages import PartitionPosition, TotalsBucket, decode_totals
from daybook.ledger.positions import version
from daybook.ledger.state import PartitionLedger
from daybook.ledger.totals import merge
from tests.ledger.events import CALENDAR, EPOCH, line, records, sale
from tests.ledger.test_properties import days

TUESDAY = date(2026, 11, 24)
STORES = Place("sales", TUESDAY, "GBP", "store")


def told(
    raws: list[dict[str, Any]], partition: int = 0, cuts: tuple[int, ...] = (), calendar: Calendar = CALENDAR
) -> list[TotalsBucket | PartitionPosition]:
    """All that a partition tells of events, with a checkpoint at each cut and at the end."""
    made, every = PartitionLedger(partition, EPOCH, calendar), records(raws)
    messages = []
    for cut in [*sorted(cuts), len(every)]:
        made.fold(every[made.next_offset : cut] if cut > made.next_offset else [])
        messages += [decode_totals(value) for _, value in made.take_checkpoint().totals]
    return messages


def bucket(key: str, gross: int, at: int, *, partition: int = 0, day: str = "2026-11-24") -> TotalsBucket:
    """A bucket with one total of a store."""
    entry = [version(EPOCH, at), gross, *([0] * 20)]
    return TotalsBucket(EPOCH, partition, version(EPOCH, at), "sales", day, "GBP", "store", {key: entry})


@settings(max_examples=40)
@given(days(), st.data(), st.randoms(use_true_random=False))
def test_the_view_is_the_sum_of_the_partitions(
    raws: list[dict[str, Any]], data: st.DataObject, chance: random.Random
) -> None:
    """However orders are spread and checkpoints cut, told twice and in any order, the view is the whole."""
    spread = {raw["order_id"]: data.draw(st.integers(0, 2)) for raw in raws}
    parts = [[raw for raw in raws if spread[raw["order_id"]] == number] for number in range(3)]
    cuts = data.draw(st.lists(st.integers(0, 30), max_size=4))
    messages = [message for number, part in enumerate(parts) for message in told(part, number, tuple(cuts))]
    messages += chance.choices(messages, k=len(messages))
    chance.shuffle(messages)
    view = MergedTotals()
    changes = [change for message in messages for change in view.take(message)]
    ledgers = [PartitionLedger(number, EPOCH, CALENDAR) for number in range(3)]
    for made, part in zip(ledgers, parts, strict=True):
        made.fold(records(part))
    want = {
        (Place(book, date.fromisoformat(day), currency, dimension), key): tuple(vector)
        for (book, day, currency, dimension, key), vector in merge(made.totals for made in ledgers).items()
    }
    assert {(c.place, c.key): c.difference for c in all_entries(view)} == want
    assert _summed(changes) == want
    assert {number: p.next_offset for number, p in view.positions.items() if p.received} == {
        number: len(part) for number, part in enumerate(parts) if part
    }


def _summed(changes: list[Change]) -> dict[tuple[Place, str], tuple[int, ...]]:
    sums: dict[tuple[Place, str], tuple[int, ...]] = {}
    for place, key, difference, _ in changes:
        known = sums.get((place, key), (0,) * len(difference))
        sums[place, key] = tuple(a + b for a, b in zip(known, difference, strict=True))
    return sums


def test_an_older_state_changes_nothing() -> None:
    """What comes late, or once more, is no change; a newer state replaces its partition's part alone."""
    view = MergedTotals()
    view.take(bucket("leeds", 100, 5), 1_000)
    view.take(bucket("leeds", 40, 9, partition=1), 1_500)
    assert view.take(bucket("leeds", 100, 5), 2_000) == []
    assert view.take(bucket("leeds", 70, 4), 2_000) == []
    [change] = view.take(bucket("leeds", 130, 6), 3_000)
    assert (change.key, change.difference[0], change.reached_at) == ("leeds", 30, 3_000)
    total = view.total(STORES, "leeds")
    assert total is not None
    assert (figures(total.vector).gross, total.reached_at) == (170, 3_000)


def test_a_bucket_changes_only_what_changed_in_it() -> None:
    """A bucket travels whole, but only the totals in it with a newer version are told as changes."""
    messages = told([sale("1", line(100)), sale("2", line(250), store_id="bar")], cuts=(1,))
    view = MergedTotals(dimensions={"store"})
    changed = [[change.key for change in view.take(message)] for message in messages]
    assert [keys for keys in changed if keys] == [["leeds"], ["bar"]]


def test_old_days_and_other_dimensions_are_passed_over() -> None:
    """Memory is bounded by date and dimension: neither is decoded, kept, nor comes back once dropped."""
    view = MergedTotals(since=date(2026, 11, 24), dimensions={"store"})
    assert not view.wants(b"sales|2026-11-23|GBP|store|7")
    assert not view.wants(b"sales|2026-11-24|GBP|product|7")
    assert view.wants(b"sales|2026-11-24|GBP|store|7")
    assert view.wants(b"position|0")
    assert view.take(bucket("leeds", 1, 1, day="2026-11-23")) == []
    view.take(bucket("leeds", 1, 2))
    view.take(bucket("leeds", 1, 3, day="2026-11-25"))
    assert len(view) == 2
    view.forget_before(date(2026, 11, 25))
    assert [place.business_date for place in view.places()] == [date(2026, 11, 25)]
    assert view.take(bucket("leeds", 9, 9)) == []
    assert view.total(STORES, "leeds") is None


def test_the_view_says_how_fresh_it_is() -> None:
    """Its time is that of the newest counted event; before any event there is none."""
    view = MergedTotals()
    assert view.recorded_at is None
    for message in told([sale("1", line(100))]):
        view.take(message)
    assert view.recorded_at == records([sale("1", line(100))])[0].recorded_at


def test_it_is_whole_at_positions_alone() -> None:
    """Between a checkpoint's first bucket and its position it is not, nor while the past is put in."""
    view = MergedTotals()
    position = PartitionPosition(EPOCH, 0, 5, 5, 5, 0, 0, 0, 0)
    seen = [view.whole]
    for message in (bucket("leeds", 100, 5), position, bucket("leeds", 200, 9)):
        view.take(message)
        seen.append(view.whole)
    view.take(position._replace(next_offset=9))
    view.filling = True
    assert [*seen, view.whole] == [True, False, True, False, False]

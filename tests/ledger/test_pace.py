"""Stores and groups against their usual day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.adjustments import factor, newest
from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import QuarterAmount
from daybook.ledger.group_pace import group_paces
from daybook.ledger.pace import Paces, StorePace, store_paces
from daybook.ledger.projection import Projection
from daybook.ledger.sold import Key, SoldByQuarter
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.rounding import divide
from daybook.schemas.stores import DayRule, StoreEntry

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALENDAR = Calendar(
    [
        StoreEntry(store_id="leeds", region="North", days=[DayRule(zone="Europe/London")]),
        StoreEntry(store_id="york", region="North", days=[DayRule(zone="Europe/London")]),
        StoreEntry(store_id="bath", region="South", days=[DayRule(zone="Europe/London")]),
    ]
)


def sold(day: date, hour: int, amount: int) -> QuarterAmount:
    """An amount at a full hour in London's winter."""
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return QuarterAmount(day, int(at.timestamp()), amount)


def weeks(count: int, *hours: int) -> list[QuarterAmount]:
    """100 at each of some hours of the Mondays before today."""
    days = [TODAY - timedelta(weeks=week) for week in range(1, count + 1)]
    return [sold(day, hour, 100) for day in days for hour in hours]


def paces(amounts: dict[Key, list[QuarterAmount]], now: datetime = NOON) -> dict[str, StorePace]:
    """Each store's pace."""
    return {pace.store_id: pace for pace in store_paces(amounts, CALENDAR, now)}


def test_a_store_is_held_against_its_own_usual_day() -> None:
    """Half of the usual 200 is expected by noon; 70 by then and 100 still to come make 170."""
    found = paces({("leeds", "GBP"): [*weeks(8, 9, 15), sold(TODAY, 10, 70)]})["leeds"]
    assert found.projection is not None
    assert found.projection[:3] == (70, 100, 170)
    assert (found.projection.low, found.projection.high) == (170, 170)


def test_what_is_yet_to_come_is_not_known() -> None:
    """A past moment is seen as it was: what was sold after it does not count."""
    amounts = {("leeds", "GBP"): [*weeks(8, 9, 15), sold(TODAY, 10, 70), sold(TODAY, 13, 500)]}
    assert paces(amounts)["leeds"].actual == 70


def test_a_new_store_takes_its_regions_curve() -> None:
    """Two Mondays of its own give a total, its region's eight the shape; without any day nothing is said."""
    amounts = {
        ("york", "GBP"): [*weeks(2, 15, 16), sold(TODAY, 10, 60)],
        ("leeds", "GBP"): weeks(8, 9, 15),
        ("bath", "GBP"): [sold(TODAY, 9, 5)],
    }
    found = paces(amounts)
    assert found["york"].projection is not None
    assert found["york"].projection.expected == 100
    assert found["bath"].projection is None


def test_a_group_is_the_sum_of_its_stores() -> None:
    """Actual, expected and close add up; a store without a past adds what it has sold."""
    amounts = {
        ("york", "GBP"): [*weeks(8, 9, 15), sold(TODAY, 10, 60)],
        ("leeds", "GBP"): [*weeks(8, 9, 9, 15), sold(TODAY, 10, 10)],
        ("bath", "GBP"): [sold(TODAY, 9, 5)],
        ("leeds", "EUR"): [sold(TODAY, 9, 7)],
    }
    stores = store_paces(amounts, CALENDAR, NOON)
    euros, pounds = group_paces(stores)
    assert pounds.projection is not None
    known = [store.projection for store in stores if store.projection is not None]
    assert pounds.projection.expected == sum(projection.expected for projection in known)
    assert pounds.projection.close == sum(projection.close for projection in known) + 5
    assert (pounds.actual, pounds.stores, pounds.left_out) == (75, 2, 1)
    assert (euros.actual, euros.projection) == (7, None)


def width(projection: Projection | None) -> int:
    """How wide a band is."""
    assert projection is not None
    assert projection.low is not None
    assert projection.high is not None
    return projection.high - projection.low


def test_one_stores_bad_day_makes_good_anothers() -> None:
    """Where two stores' misses always go opposite ways, the band of both is less than half of their bands."""
    amounts: dict[Key, list[QuarterAmount]] = {("leeds", "GBP"): [], ("york", "GBP"): []}
    for week in range(1, 13):
        day, odd = TODAY - timedelta(weeks=week), 50 if week % 2 else -50
        amounts["leeds", "GBP"] += [sold(day, 9, 100), sold(day, 15, 100 + odd)]
        amounts["york", "GBP"] += [sold(day, 9, 100), sold(day, 15, 100 - odd)]
    stores = store_paces(amounts, CALENDAR, NOON)
    (group,) = group_paces(stores)
    assert 2 * width(group.projection) < sum(width(store.projection) for store in stores)


def test_a_new_store_has_its_own_level() -> None:
    """Half as large as the rest of its region on the days it traded, it is expected to sell half as much."""
    days = [TODAY - timedelta(days=day) for day in (1, 2, 3)]
    amounts = {
        ("york", "GBP"): [sold(day, 9, 100) for day in days],
        ("leeds", "GBP"): [*weeks(8, 9, 15), *(sold(day, 9, 200) for day in days)],
    }
    found = paces(amounts)["york"]
    assert (found.typical_total, found.projection and found.projection.expected) == (100, 50)


def test_a_sparse_store_takes_its_regions_misses_for_its_band() -> None:
    """Without four misses of its own its band is as wide, for its size, as those of its region's stores."""
    amounts: dict[Key, list[QuarterAmount]] = {("leeds", "GBP"): [], ("york", "GBP"): weeks(4, 9, 15)}
    for week in range(1, 13):
        day, odd = TODAY - timedelta(weeks=week), 50 if week % 2 else -50
        amounts["leeds", "GBP"] += [sold(day, 9, 100), sold(day, 15, 100 + odd)]
    found = paces(amounts)
    assert found["york"].missed == {}
    assert width(found["york"].projection) == width(found["leeds"].projection) > 0


def entry(**more: Any) -> Calendar:
    """A calendar of one store in London about which more is stated."""
    plain = {"store_id": "leeds", "region": "North", "days": [{"zone": "Europe/London"}]}
    return Calendar([StoreEntry.model_validate_json(orjson.dumps(plain | more))])


USUAL = {("leeds", "GBP"): [*weeks(8, 9, 15), sold(TODAY, 10, 70)]}


def test_a_closed_store_expects_nothing() -> None:
    """On a day that it is closed what was sold is all that will be, and no target makes it look short."""
    closed = entry(closures=[{"first": "2026-11-23", "reason": "stocktake"}])
    (found,) = store_paces(USUAL, closed, NOON)
    assert found.projection == (70, 0, 70, 70, 70)
    assert found.closed
    (group,) = group_paces([found])
    assert group.projection is not None
    assert group.projection.expected == 0


def test_a_store_that_closed_for_good_is_not_listed() -> None:
    """Before its first and after its last date it is not waited for, unless it sells."""
    assert store_paces({("leeds", "GBP"): weeks(8, 9)}, entry(closed_on="2026-11-20"), NOON) == []
    (selling,) = store_paces(USUAL, entry(closed_on="2026-11-20"), NOON)
    assert selling.actual == 70


def test_an_early_close_takes_away_what_is_sold_after_it() -> None:
    """Open from nine to five as always, but today until noon: the afternoon's half is not expected."""
    hours = [{"opens": "09:00", "closes": "17:00"}]
    early = {"first": "2026-11-23", "reason": "heating", "hours": [{"opens": "09:00", "closes": "12:00"}]}
    (usual,) = store_paces(USUAL, entry(opening=[{"monday": hours}]), NOON)
    (short,) = store_paces(USUAL, entry(opening=[{"monday": hours}], closures=[early]), NOON)
    assert usual.projection is not None
    assert usual.projection[:3] == (70, 100, 170)
    assert short.projection is not None
    assert short.projection[:3] == (70, 100, 70)


def adjustment(factor: str, **more: Any) -> Adjustment:
    """A promotion that was announced a week ago and runs today."""
    plain = {
        "adjustment_id": f"promo-{factor}",
        "scope": "store",
        "key": "leeds",
        "factor": factor,
        "first": "2026-11-23",
        "set_at": "2026-11-16T09:00:00Z",
        "reason": "autumn offer",
        "source": "promotion",
    }
    return Adjustment.model_validate_json(orjson.dumps(plain | more))


def test_an_adjustment_multiplies_what_is_expected_and_is_shown_beside_it() -> None:
    """Half as much again: 150 by noon and a close of 220, beside 100 and 170 without it."""
    (found,) = store_paces(USUAL, CALENDAR, NOON, [adjustment("1.5")])
    assert found.projection is not None
    assert found.unadjusted is not None
    assert (found.projection[:3], found.unadjusted[:3]) == ((70, 150, 220), (70, 100, 170))
    assert [each.reason for each in found.adjustments] == ["autumn offer"]
    (group,) = group_paces([found])
    assert (group.projection and group.projection.close, group.unadjusted and group.unadjusted.close) == (
        220,
        170,
    )


@pytest.mark.parametrize(
    "other",
    [
        {"key": "york"},
        {"scope": "region", "key": "South"},
        {"first": "2026-11-24"},
        {"first": "2026-11-01", "last": "2026-11-22"},
        {"set_at": "2026-11-23T12:00:01Z"},
        {"withdrawn": True},
    ],
)
def test_an_adjustment_of_others_changes_nothing(other: dict[str, Any]) -> None:
    """Of another store, region or date, announced only later, or withdrawn."""
    (found,) = store_paces(USUAL, CALENDAR, NOON, [adjustment("1.5", **other)])
    assert found.projection == found.unadjusted
    assert found.adjustments == []


def test_a_later_entry_replaces_an_adjustment() -> None:
    """The offer turns out smaller; as it was seen before that, it was the larger one."""
    smaller = adjustment("1.1", adjustment_id="promo-1.5", set_at="2026-11-20T09:00:00Z")
    (found,) = store_paces(USUAL, CALENDAR, NOON, [smaller, adjustment("1.5")])
    assert found.typical_total == 220
    early = newest([smaller, adjustment("1.5")], NOON - timedelta(days=5))
    assert factor(early) == Fraction(3, 2)


@given(st.lists(st.sampled_from(["0.5", "0.9", "1.15", "2", "1.333333"]), max_size=4))
def test_adjustments_multiply_exactly_in_any_order(factors: list[str]) -> None:
    """The product of all, as an exact fraction: nothing is rounded between them."""
    held = [adjustment(each, adjustment_id=f"a{number}") for number, each in enumerate(factors)]
    expected = Fraction(1)
    for each in factors:
        expected *= Fraction(each)
    assert factor(held) == factor(held[::-1]) == expected
    (found,) = store_paces(USUAL, CALENDAR, NOON, held)
    assert found.typical_total == divide(200 * expected.numerator, expected.denominator)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_who_has_sold_more_closes_higher(some: int, more: int) -> None:
    """With the same past, each minor unit sold until now raises the projected close by one."""
    close = {
        amount: store_paces({("leeds", "GBP"): [*weeks(8, 9, 15), sold(TODAY, 10, amount)]}, CALENDAR, NOON)[
            0
        ]
        for amount in (some, some + more)
    }
    lower, higher = close[some].projection, close[some + more].projection
    assert lower is not None
    assert higher is not None
    assert higher.close - lower.close == more


def test_asking_every_minute_gives_what_asking_once_does() -> None:
    """What is remembered between two askings never shows: late sales, a new quarter hour and a new day do."""
    known = SoldByQuarter.of(USUAL, CALENDAR)
    asked = Paces(known)
    late = sold(TODAY - timedelta(weeks=1), 9, 500)
    steps = [
        (0, None),
        (1, sold(TODAY, 11, 30)),
        (16, late),
        (24 * 60, sold(TODAY + timedelta(days=1), 9, 4)),
    ]
    for minutes, change in steps:
        if change is not None:
            known.put(("leeds", "GBP"), change)
        now = NOON + timedelta(minutes=minutes)
        fresh = Paces(SoldByQuarter.of({("leeds", "GBP"): known.amounts(("leeds", "GBP"))}, CALENDAR))
        assert asked.at(now) == fresh.at(now)

"""Stores and groups against their usual day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import QuarterAmount
from daybook.ledger.pace import Key, StorePace, group_paces, store_paces
from daybook.ledger.projection import Projection
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

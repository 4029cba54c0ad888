"""Which past days a day is compared with."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import orjson
import pytest

from daybook.ledger.history import DayKinds, History
from daybook.ledger.holidays import UnknownHolidaysError, check_holidays, holiday_on
from daybook.schemas.opening import HolidayCalendar
from daybook.schemas.stores import StoreEntry
from tests.ledger.curves import MONDAY, curve, mondays

ENGLAND = HolidayCalendar(country="GB", subdivision="ENG")
MAY_DAY = date(2026, 5, 4)
SPRING = date(2026, 5, 25)


def days(first: date, last: date, kinds: DayKinds) -> History:
    """One sale on every day, of as many minor units as the day of the year."""
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return History({day: curve(day, {40: day.timetuple().tm_yday}) for day in dates}, kinds)


def english(**more: object) -> DayKinds:
    """The kinds of days of an English store."""
    entry = {"store_id": "leeds", "days": [{"zone": "Europe/London"}], "holidays": ENGLAND.model_dump()}
    return DayKinds(StoreEntry.model_validate_json(orjson.dumps(entry | more)))


def dates_of(history: History, day: date, before: date | None = None) -> list[date]:
    """Dates of the like days."""
    return [each.business_date for each in history.like_days(day, before)]


def test_like_days_are_the_last_eight_of_the_weekday() -> None:
    """Other weekdays, days without sales and days to come do not count."""
    history = mondays([{40: amount} for amount in range(1, 12)])
    history.put(curve(MONDAY - timedelta(days=1), {40: 7}))
    history.put(curve(MONDAY + timedelta(weeks=1), {40: 7}))
    assert [day.total for day in history.like_days(MONDAY)] == [4, 5, 6, 7, 8, 9, 10, 11]
    history.put(curve(MONDAY - timedelta(weeks=1), {}))
    assert [day.total for day in history.like_days(MONDAY)] == [3, 4, 5, 6, 7, 8, 9, 10]


def test_a_day_that_is_put_anew_is_seen_by_later_days() -> None:
    """A late sale changes the example; what was asked before it does not hide that."""
    history = mondays([{40: 10}] * 8)
    assert {day.total for day in history.like_days(MONDAY)} == {10}
    history.put(curve(MONDAY - timedelta(weeks=3), {40: 99}))
    assert sorted(day.total for day in history.like_days(MONDAY)) == [*[10] * 7, 99]


def test_days_further_ahead_are_seen_from_an_earlier_one() -> None:
    """In four weeks' time the like days are those known now."""
    history = mondays([{40: amount} for amount in range(1, 12)])
    ahead = MONDAY + timedelta(weeks=4)
    assert dates_of(history, ahead, MONDAY) == dates_of(history, MONDAY)


def test_a_holiday_is_no_example_for_ordinary_days() -> None:
    """Mondays after a bank holiday Monday are not compared with it, nor with a day of other hours."""
    closures = [{"first": "2026-05-11", "reason": "stocktake"}]
    history = days(date(2026, 1, 1), date(2026, 5, 31), english(closures=closures))
    found = dates_of(history, date(2026, 6, 1))
    assert not {MAY_DAY, SPRING, date(2026, 4, 6), date(2026, 5, 11)} & set(found)
    assert len(found) == 8


def test_a_holiday_is_compared_with_holidays_and_else_with_sundays() -> None:
    """With four earlier holidays those, of its own name if there are four; with fewer the last Sundays."""
    year = days(date(2026, 1, 1), date(2026, 12, 31), english())
    assert dates_of(year, SPRING) == [date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), MAY_DAY]
    long = days(date(2020, 1, 1), date(2026, 4, 30), english())
    assert {each.month for each in dates_of(long, date(2026, 5, 4))} <= {5}
    short = days(date(2026, 1, 1), date(2026, 4, 5), english())
    assert {each.weekday() for each in dates_of(short, date(2026, 4, 6))} == {6}


def test_a_holiday_without_holidays_and_sundays_is_an_ordinary_day() -> None:
    """A store that never opened on a Sunday has only its weekday to go by."""
    mondays_only = {
        day: curve(day, {40: 5}) for day in (MAY_DAY - timedelta(weeks=week) for week in range(1, 4))
    }
    history = History(mondays_only, english())
    assert {each.weekday() for each in dates_of(history, MAY_DAY)} == {0}


def test_holidays_are_those_of_the_country_and_its_part() -> None:
    """Easter Monday is one in England and none in Scotland; what does not exist is refused."""
    easter_monday = date(2026, 4, 6)
    assert holiday_on(ENGLAND, easter_monday) == "Easter Monday"
    assert holiday_on(HolidayCalendar(country="GB", subdivision="SCT"), easter_monday) is None
    assert holiday_on(None, easter_monday) is None
    for wrong in (HolidayCalendar(country="XX"), HolidayCalendar(country="GB", subdivision="BY")):
        with pytest.raises(UnknownHolidaysError, match="knows no country"):
            check_holidays(wrong)


def test_the_recent_level_is_that_of_the_last_twelve_days_beside_their_like_days() -> None:
    """A fifth more than usual for two weeks is seen as such; a single day of nothing does not hide it."""
    first = MONDAY - timedelta(weeks=12)
    dates = [first + timedelta(days=n) for n in range(12 * 7)]
    grown = {day: curve(day, {40: 120 if day >= MONDAY - timedelta(days=12) else 100}) for day in dates}
    assert History(grown).recent_level(MONDAY) == Fraction(6, 5)
    assert History(grown).recent_level(MONDAY - timedelta(days=12)) == 1
    outage = MONDAY - timedelta(days=3)
    assert History(grown | {outage: curve(outage, {40: 1})}).recent_level(MONDAY) == Fraction(6, 5)


def test_without_days_to_judge_by_the_level_is_one() -> None:
    """Four weeks of Mondays have no like days enough; what is put late changes the level of later days."""
    history = mondays([{40: 100}] * 8)
    assert mondays([{40: 100}] * 4).recent_level(MONDAY) == history.recent_level(MONDAY) == 1
    for week in range(1, 5):
        history.put(curve(MONDAY - timedelta(weeks=week), {40: 200}))
    assert history.recent_level(MONDAY) == 2

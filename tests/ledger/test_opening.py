"""When a store is open: by weekday, over midnight and the cutoff, on closed days and when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daybook.ledger.calendar import QUARTER, day_start
from daybook.ledger.opening import (
    is_open,
    open_seconds,
    open_seconds_of_day,
    open_seconds_of_quarter,
    opens_on,
)
from daybook.schemas.stores import StoreEntry

LONDON = ZoneInfo("Europe/London")
HOUR = 3600
FRIDAY = date(2026, 11, 20)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def store(opens: str = "09:00", closes: str = "17:00", cutoff: str = "00:00", **more: Any) -> StoreEntry:
    """A store in London with the same hours from Monday to Saturday, closed on Sundays."""
    hours: dict[str, Any] = {day: [{"opens": opens, "closes": closes}] for day in WEEKDAYS[:6]}
    plain: dict[str, Any] = {
        "store_id": "leeds",
        "days": [{"zone": "Europe/London", "cutoff": cutoff}],
        "opening": [{**hours, "sunday": []}],
    }
    return StoreEntry.model_validate_json(orjson.dumps({**plain, **more}))


def at(text: str) -> datetime:
    """An instant by London's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def test_hours_hold_from_opening_on_and_before_closing() -> None:
    """At nine a store is open, at five it is not, and on its closed weekday it never is."""
    shop = store()
    times = ("08:59:59", "09:00", "16:59:59", "17:00")
    assert [is_open(shop, at(f"2026-11-20T{time}")) for time in times] == [False, True, True, False]
    assert is_open(shop, at("2026-11-22T12:00")) is False
    assert (open_seconds_of_day(shop, FRIDAY), open_seconds_of_day(shop, FRIDAY + timedelta(2))) == (
        8 * HOUR,
        0,
    )


def test_what_is_not_stated_is_not_known() -> None:
    """Without hours, before the first entry and on a weekday that is not named the answer is None, not no."""
    silent = StoreEntry.model_validate({"store_id": "york", "days": [{"zone": "UTC"}]})
    assert is_open(silent, at("2026-11-20T12:00")) is None
    assert open_seconds_of_day(silent, FRIDAY) is None
    later = store(opening=[{"valid_from": "2026-11-20", "friday": [{"opens": "09:00", "closes": "17:00"}]}])
    assert [opens_on(later, day) for day in (date(2026, 11, 13), FRIDAY, date(2026, 11, 21))] == [
        None,
        True,
        None,
    ]


def test_a_bar_closes_on_the_day_it_opened() -> None:
    """Friday's six in the evening to two in the morning: with a cutoff at four all of it is Friday's."""
    bar = store("18:00", "02:00", cutoff="04:00")
    assert is_open(bar, at("2026-11-21T01:59")) is True
    assert is_open(bar, at("2026-11-21T02:00")) is False
    assert open_seconds_of_day(bar, FRIDAY) == 8 * HOUR


def test_hours_that_reach_over_the_cutoff_fall_on_both_days() -> None:
    """With a cutoff at midnight two hours of Friday's opening are Saturday's, and so on."""
    bar = store("18:00", "02:00")
    assert open_seconds_of_day(bar, FRIDAY) == 8 * HOUR
    assert open_seconds_of_day(bar, date(2026, 11, 22)) == 2 * HOUR
    assert open_seconds_of_day(bar, date(2026, 11, 16)) == 6 * HOUR


def test_an_hour_before_the_cutoff_is_of_the_morning_after() -> None:
    """A night market from one to three, cutoff at four: Friday's date, on Saturday's morning."""
    market = store("01:00", "03:00", cutoff="04:00")
    assert is_open(market, at("2026-11-21T01:30")) is True
    assert open_seconds_of_day(market, FRIDAY) == 2 * HOUR


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_store_that_never_closes_is_open_for_the_whole_day(day: str, hours: int) -> None:
    """23 hours when the clock goes forward, 25 when it goes back."""
    hours_of_all = {weekday: [{"opens": "00:00", "closes": "24:00"}] for weekday in WEEKDAYS}
    assert open_seconds_of_day(store(opening=[hours_of_all]), date.fromisoformat(day)) == hours * HOUR


def test_nine_to_five_is_eight_hours_when_clocks_change_in_the_night() -> None:
    """The hour that is left out or comes twice lies before a shop opens; a bar's night has it."""
    sunday = [{"opens": "09:00", "closes": "17:00"}]
    assert open_seconds_of_day(store(opening=[{"sunday": sunday}]), date(2026, 3, 29)) == 8 * HOUR
    bar = store("18:00", "04:00", cutoff="05:00")
    assert open_seconds_of_day(bar, date(2026, 3, 28)) == 9 * HOUR
    assert open_seconds_of_day(bar, date(2026, 10, 24)) == 11 * HOUR


def test_a_closure_wins_over_the_weekday() -> None:
    """Closed for a stocktake, or open until noon; the last entry for a date counts."""
    shop = store(
        closures=[
            {"first": "2026-11-19", "last": "2026-11-21", "reason": "stocktake"},
            {"first": "2026-11-21", "reason": "open again", "hours": [{"opens": "09:00", "closes": "12:00"}]},
        ]
    )
    assert [open_seconds_of_day(shop, date(2026, 11, day)) for day in (18, 19, 20, 21)] == [
        8 * HOUR, 0, 0, 3 * HOUR,
    ]  # fmt: skip


def test_a_store_is_closed_before_it_opened_and_after_it_closed_for_good() -> None:
    """Its first and its last date count."""
    shop = store(opened_on="2026-11-19", closed_on="2026-11-20")
    assert [opens_on(shop, date(2026, 11, day)) for day in (18, 19, 20, 21)] == [False, True, True, False]


def test_hours_change_from_a_date_on() -> None:
    """The newest entry that has begun holds."""
    short = {"valid_from": "2026-11-20", "friday": [{"opens": "10:00", "closes": "12:00"}]}
    long = {"friday": [{"opens": "09:00", "closes": "17:00"}]}
    shop = store(opening=[long, short])
    assert open_seconds_of_day(shop, FRIDAY) == 2 * HOUR
    assert open_seconds_of_day(shop, FRIDAY - timedelta(weeks=1)) == 8 * HOUR


@given(st.integers(0, 23 * 60 + 59), st.integers(0, 24 * 60), st.sampled_from(["00:00", "04:00", "05:30"]),
       st.dates(date(2026, 1, 2), date(2027, 12, 30)))  # fmt: skip
def test_a_days_quarters_add_up_to_the_day(opens: int, closes: int, cutoff: str, day: date) -> None:
    """Whatever the hours, and on days on which the clocks change too; also cut at any instant."""
    times = [f"{minute // 60:02}:{minute % 60:02}" for minute in (opens, closes)]
    shop = store(times[0], times[1], cutoff)
    first, end = day_start(day, shop.days), day_start(day + timedelta(days=1), shop.days)
    whole = open_seconds_of_day(shop, day)
    quarters = [open_seconds_of_quarter(shop, quarter) for quarter in range(first, end, QUARTER)]
    assert whole == sum(seconds or 0 for seconds in quarters)
    middle = first + opens * 60 + 7
    parts = open_seconds(shop, first, middle), open_seconds(shop, middle, end)
    assert whole == sum(seconds or 0 for seconds in parts)


def test_is_open_agrees_with_open_seconds() -> None:
    """Each minute of two weeks: open exactly where its first second is."""
    shop = store("18:30", "02:15")
    start = int(datetime(2026, 10, 20, tzinfo=UTC).timestamp())
    for second in range(start, start + 14 * 24 * HOUR, 17 * 60):
        assert is_open(shop, datetime.fromtimestamp(second, UTC)) is (
            open_seconds(shop, second, second + 1) == 1
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"opening": [{"monday": [{"opens": "9", "closes": "17:00"}]}]},
        {"opening": [{"valid_from": "2026-02-01"}, {"valid_from": "2026-01-01"}]},
        {"closures": [{"first": "2026-02-01", "last": "2026-01-01", "reason": "x"}]},
        {"closures": [{"first": "2026-02-01"}]},
        {"holidays": {"country": "England"}},
        {"opened_on": "2026-02-01", "closed_on": "2026-01-01"},
    ],
)
def test_a_wrong_entry_is_refused(wrong: dict[str, Any]) -> None:
    """Malformed times and codes, dates the wrong way round, a closure without its reason."""
    with pytest.raises(ValidationError):
        store(**wrong)

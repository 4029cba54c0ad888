from __future__ import annotations

from datetime import date, timedelta

import pytest

from daybook.dashboards.board.curves import StoreQuarters, group_curve, store_curve
from daybook.dashboards.board.days import moved, store_day, until
from daybook.schemas.stores import DayRule, StoreEntry
from tests.dashboards.shop import at, shop

QUARTERS = {0: 100, 900: 90, 1800: -50}


def seconds(text: str) -> int:
    """Epoch seconds of an instant in UTC."""
    return int(at(text).timestamp())


def test_each_store_has_its_own_business_date() -> None:
    """At one instant Tokyo, London and a bar in New York with a cutoff at four are on three dates."""
    now = at("2026-11-24 08:30")
    found = {
        zone: store_day(shop("a", zone, cutoff), now).today
        for zone, cutoff in [
            ("Pacific/Kiritimati", "00:00"),
            ("Europe/London", "00:00"),
            ("America/New_York", "04:00"),
        ]
    }
    assert list(found.values()) == [date(2026, 11, 24), date(2026, 11, 24), date(2026, 11, 23)]


def test_the_same_time_yesterday_is_what_the_wall_clock_showed() -> None:
    """After London's clocks went back, half past two yesterday was 25 hours ago, and today has 25 hours."""
    day = store_day(shop("a", "Europe/London"), at("2026-10-25 14:30"))
    assert day.same_time == seconds("2026-10-24 13:30")
    assert (day.start, day.end) == (seconds("2026-10-24 23:00"), seconds("2026-10-26 00:00"))


def test_a_day_after_a_move_starts_by_the_new_rule() -> None:
    """A store whose cutoff changes to four starts the first day under that rule at four."""
    rules = [
        DayRule(zone="Europe/London"),
        DayRule(valid_from=date(2026, 11, 24), zone="Europe/London", cutoff="04:00"),
    ]
    day = store_day(StoreEntry(store_id="a", days=rules), at("2026-11-24 12:00"))
    assert (day.today, day.start) == (date(2026, 11, 24), seconds("2026-11-24 04:00"))


@pytest.mark.parametrize(
    "instant, expected", [(0, 0), (450, 50), (900, 100), (1200, 130), (2250, 165), (9999, 140)]
)
def test_the_running_quarter_hour_counts_by_the_share_that_has_passed(instant: int, expected: int) -> None:
    """Closed quarter hours count in full, the running one in proportion, those ahead not at all."""
    assert until(QUARTERS, instant) == expected


def test_moving_an_instant_by_a_day_keeps_the_wall_clock() -> None:
    """Over the end of summer time a day has 25 hours."""
    assert moved(seconds("2026-10-24 12:00"), timedelta(days=1), "Europe/London") == seconds(
        "2026-10-25 13:00"
    )


def test_a_curve_adds_up_and_puts_yesterday_on_todays_clock() -> None:
    """Sums grow at each quarter hour's end, the running one ends now, yesterday moves by a day."""
    day = store_day(shop("a", "Europe/London"), at("2026-11-24 10:20"))
    today = {seconds("2026-11-24 09:00"): 500, seconds("2026-11-24 10:15"): 70}
    yesterday = {seconds("2026-11-23 09:45"): 400, seconds("2026-11-23 09:00"): 25}
    curve = store_curve(StoreQuarters(day, "GBP", today, yesterday), {})
    assert curve.today == [(seconds("2026-11-24 09:15"), 500), (seconds("2026-11-24 10:20"), 570)]
    assert curve.yesterday == [(seconds("2026-11-24 09:15"), 25), (seconds("2026-11-24 10:00"), 425)]


def test_a_groups_curve_moves_each_stores_yesterday_by_its_own_clock() -> None:
    """Two zones that change their clocks on different days meet in one curve, which claims no zone."""
    now = at("2026-10-25 12:00")  # London went back that night, New York has not
    london, new_york = (store_day(shop(zone, zone), now) for zone in ("Europe/London", "America/New_York"))
    quarter = seconds("2026-10-24 12:00")
    members = [StoreQuarters(day, "GBP", {}, {quarter: 10}) for day in (london, new_york)]
    curve = group_curve(members, {})
    assert curve.yesterday == [(seconds("2026-10-25 12:15"), 10), (seconds("2026-10-25 13:15"), 20)]
    assert curve.zone is None


def test_a_curve_of_two_currencies_is_refused() -> None:
    """Pounds and yen are never added."""
    day = store_day(shop("a", "Europe/London"), at("2026-11-24 10:20"))
    with pytest.raises(ValueError, match="one currency"):
        group_curve([StoreQuarters(day, "GBP", {}, {}), StoreQuarters(day, "JPY", {}, {})], {})

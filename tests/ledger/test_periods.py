"""Weeks, months and the retail calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.periods import PERIODS, Period, as_long_before, period_before

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
CALENDARS = ("day", "week", "month", "retail-week", "retail-month")


@pytest.mark.parametrize(
    "kind, day, first, last",
    [
        ("week", "2027-01-01", "2026-12-28", "2027-01-03"),
        ("month", "2028-02-10", "2028-02-01", "2028-02-29"),
        ("retail-week", "2026-11-24", "2026-11-22", "2026-11-28"),
        ("retail-month", "2024-02-03", "2023-12-31", "2024-02-03"),
        ("retail-month", "2024-02-04", "2024-02-04", "2024-03-02"),
        ("retail-month", "2024-03-03", "2024-03-03", "2024-04-06"),
        ("retail-month", "2026-01-31", "2026-01-04", "2026-01-31"),
        ("28-days", "2026-11-24", "2026-10-28", "2026-11-24"),
    ],
)
def test_periods_that_are_printed_in_calendars(kind: str, day: str, first: str, last: str) -> None:
    """ISO weeks, months, and the retail calendar's years of 52 and of 53 weeks begin and end as published."""
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert PERIODS[kind](date.fromisoformat(day)) == period


@given(DAYS, st.sampled_from(CALENDARS))
def test_periods_leave_no_day_out_and_none_in_two(day: date, kind: str) -> None:
    """Every day lies in its period, all days of that have the same one, and another ends just before it."""
    period = PERIODS[kind](day)
    assert day in period
    assert PERIODS[kind](period.first) == PERIODS[kind](period.last) == period
    assert period_before(kind, day).last == period.first - timedelta(days=1)


@given(DAYS)
def test_retail_months_have_four_or_five_whole_weeks(day: date) -> None:
    """Each begins on a Sunday and ends on a Saturday."""
    first, last = PERIODS["retail-month"](day)
    assert (first.weekday(), last.weekday()) == (6, 5)
    assert (last - first).days + 1 in (28, 35)


def test_any_dates_are_held_against_as_many_before_them() -> None:
    """Three days are compared with the three before."""
    three = Period(date(2026, 3, 1), date(2026, 3, 3))
    assert as_long_before(three) == Period(date(2026, 2, 26), date(2026, 2, 28))

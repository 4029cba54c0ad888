"""Targets: which one holds, and what part of it falls on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from daybook.ledger.periods import PERIODS
from daybook.ledger.targets import Holder, day_amount, holder_of, target_in_force, weekday_weights
from daybook.schemas.targets import Target, TargetPeriod

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()
LEEDS = Holder("store", "leeds", "GBP")


def target(amount: int = 7_000, **more: Any) -> Target:
    """A weekly target of a store."""
    plain = {
        "scope": "store",
        "key": "leeds",
        "currency": "GBP",
        "period": TargetPeriod.WEEK,
        "first": date(2026, 1, 1),
    }
    return Target.model_validate(
        {**plain, "amount": amount, "set_at": NOW - timedelta(days=300), "reason": "budget", **more}
    )


def test_the_finest_period_wins_and_then_the_one_set_last() -> None:
    """A day's own target beats the week's; a change holds from when it was set, and the older one stays."""
    day = target(900, period=TargetPeriod.DAY, first=TODAY, last=TODAY)
    changed = target(8_000, set_at=NOW - timedelta(days=1), reason="a second till")
    both = [changed, target()]
    assert target_in_force([*both, day], LEEDS, TODAY, NOW) is day
    assert target_in_force(both, LEEDS, TODAY, NOW) is changed
    assert target_in_force(both, LEEDS, TODAY, NOW - timedelta(days=2)) is both[1]
    assert target_in_force(both, LEEDS, date(2025, 12, 31), NOW) is None
    assert target_in_force([day], Holder("store", "york", "GBP"), TODAY, NOW) is None


def test_a_week_falls_on_its_days_as_they_usually_sell() -> None:
    """Tuesdays sell twice as much as other days and Sundays nothing: 7,000 gives a Tuesday 2,000."""
    weights = [1, 2, 1, 1, 1, 1, 0]
    monday = date(2026, 11, 23)
    week = [day_amount(target(), monday + timedelta(days=n), lambda _: weights) for n in range(7)]
    assert week == [1_000, 2_000, 1_000, 1_000, 1_000, 1_000, 0]
    assert day_amount(target(), TODAY, lambda _: [0] * 7) == 1_000


def test_weights_are_medians_of_days_with_sales_before_the_period() -> None:
    """A closed Tuesday does not count as nothing, and what happens in the period moves no target."""
    tuesdays = {TODAY - timedelta(weeks=week): 100 * week for week in range(1, 12)}
    tuesdays[TODAY - timedelta(weeks=2)] = 0
    assert weekday_weights(tuesdays, TODAY) == [0, 550, 0, 0, 0, 0, 0]
    assert weekday_weights(tuesdays | {TODAY: 9_999}, TODAY) == weekday_weights(tuesdays, TODAY)


@given(
    st.integers(1, 10**9),
    st.lists(st.integers(0, 10**6), min_size=7, max_size=7),
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.sampled_from(TargetPeriod),
)
def test_the_days_of_a_period_add_up_to_its_target(
    amount: int, weights: list[int], day: date, period: TargetPeriod
) -> None:
    """For any weights, in any week or month, to the minor unit."""
    held = target(amount, period=period)
    first, last = PERIODS[period.value](day)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert sum(day_amount(held, each, lambda _: weights) for each in days) == amount


@pytest.mark.parametrize(
    "wrong", [{"key": None}, {"scope": "all"}, {"last": date(2025, 1, 1)}, {"amount": 0}, {"period": "year"}]
)
def test_a_wrong_target_is_refused(wrong: dict[str, Any]) -> None:
    """A scope without its key, a key without its scope, dates the wrong way round, nothing to reach."""
    with pytest.raises(ValidationError):
        target(**wrong)


def test_a_retail_months_target_falls_on_its_four_or_five_weeks() -> None:
    """In 2026 February of the 4-5-4 calendar has the four weeks from 1 February on, March five."""
    monthly = target(35_000, period=TargetPeriod.RETAIL_MONTH, first=date(2026, 2, 1), last=None)

    def evenly(_before: date) -> list[int]:
        return [1] * 7

    assert day_amount(monthly, date(2026, 2, 28), evenly) == 35_000 // 28
    assert day_amount(monthly, date(2026, 3, 1), evenly) == 1_000
    assert day_amount(monthly, date(2026, 4, 4), evenly) == 1_000
    weekly = target(7_000, period=TargetPeriod.RETAIL_WEEK, first=date(2026, 2, 1), last=None)
    assert day_amount(weekly, date(2026, 3, 1), evenly) == 1_000
    both = [monthly, weekly]
    assert target_in_force(both, holder_of(monthly), date(2026, 3, 3), NOW) == weekly

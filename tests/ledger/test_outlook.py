"""The days to come, their sums with a band, and targets proposed from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import QuarterAmount
from daybook.ledger.forecast import Forecast, store_forecast, sum_of_forecasts
from daybook.ledger.outlook import looks_back
from daybook.ledger.pace import Paces
from daybook.ledger.proposals import next_periods, proposals, rounded
from daybook.ledger.sold import SoldByQuarter
from daybook.ledger.targets import Holder
from daybook.ledger.typical import TypicalDays
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.stores import StoreEntry
from daybook.schemas.targets import TargetPeriod

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = ("leeds", "GBP")
WEEKDAY = (100, 200, 300, 400, 500, 600, 0)
"""What is sold on each weekday, Monday first; never on Sundays."""


def calendar(**more: Any) -> Calendar:
    """One store in London."""
    plain = {"store_id": "leeds", "days": [{"zone": "Europe/London"}]}
    return Calendar([StoreEntry.model_validate_json(orjson.dumps(plain | more))])


def usual(days: int = 150, times: int = 1) -> SoldByQuarter:
    """So many days up to today, half at ten and half at two, today's only the morning."""
    sold = SoldByQuarter(calendar())
    for back in range(days):
        day = TODAY - timedelta(days=back)
        for hour in (10, 14) if back else (10,):
            at = int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp())
            if WEEKDAY[day.weekday()]:
                sold.put(KEY, QuarterAmount(day, at, WEEKDAY[day.weekday()] * times // 2))
    return sold


def forecast(sold: SoldByQuarter, *adjustments: Adjustment, **more: Any) -> Forecast:
    """The store's forecast at noon."""
    sold.calendar.replace(calendar(**more).stores)
    (pace,) = Paces(sold).at(NOON, adjustments)
    typical = TypicalDays({KEY: sold.history(KEY, int(NOON.timestamp()))}, sold.calendar)
    return store_forecast(typical, pace, list(adjustments))


def test_a_steady_store_goes_on_as_it_was() -> None:
    """A week is 2,100, four are 8,400, Sundays bring nothing, and nothing was ever missed."""
    found = forecast(usual())
    assert [day.expected for day in found.days[:7]] == [200, 300, 400, 500, 600, 0, 100]
    assert (found.week.expected, found.week.low, found.week.high) == (2_100, 2_100, 2_100)
    assert (found.four_weeks.expected, found.four_weeks.low) == (8_400, 8_400)
    assert (found.week.first, found.week.last) == (date(2026, 11, 24), date(2026, 11, 30))


def test_a_month_ends_with_what_is_sold_today_and_the_rest() -> None:
    """November's sold days, today's projected close and seven more days make the whole month."""
    found = forecast(usual()).month
    whole = sum(WEEKDAY[date(2026, 11, day).weekday()] for day in range(1, 31))
    assert (found.first, found.last, found.close) == (date(2026, 11, 1), date(2026, 11, 30), whole)
    assert found.band == (whole, whole)


def test_closures_and_adjustments_are_seen_ahead() -> None:
    """A closed Tuesday brings nothing; a promotion on Wednesday half as much again, shown beside."""
    closed = [{"first": "2026-11-24", "reason": "stocktake"}]
    promotion = Adjustment.model_validate_json(
        orjson.dumps(
            {
                "adjustment_id": "a",
                "scope": "all",
                "factor": "1.5",
                "first": "2026-11-25",
                "last": "2026-11-25",
                "set_at": "2026-11-01T00:00:00Z",
                "reason": "offer",
                "source": "promotion",
            }
        )
    )
    found = forecast(usual(), promotion, closures=closed)
    assert [(day.expected, day.usual) for day in found.days[:3]] == [(0, 0), (450, 300), (400, 400)]
    assert (found.week.expected, found.week.usual) == (2_050, 1_900)


def test_a_holiday_ahead_is_known_by_name() -> None:
    """Christmas Day of an English store is named where it lies within four weeks."""
    sold = usual()
    found = forecast(sold, holidays={"country": "GB", "subdivision": "ENG"})
    assert {day.holiday for day in found.days} == {None}
    month = next(day for day in found.days if day.business_date == date(2026, 12, 21))
    assert month.expected == 100


def test_looks_ahead_know_only_what_was_known() -> None:
    """Sales double in the last week: looks ahead from just before it were off by that week, no others."""
    sold = usual()
    for back in range(1, 8):
        day = TODAY - timedelta(days=back)
        at = int(datetime(day.year, day.month, day.day, 18, tzinfo=UTC).timestamp())
        sold.put(KEY, QuarterAmount(day, at, WEEKDAY[day.weekday()]))
    missed = looks_back(sold.history(KEY, int(NOON.timestamp())), TODAY, {7})[7]
    before, after = TODAY - timedelta(days=8), TODAY - timedelta(days=15)
    assert missed[before].amount == missed[before].typical == 2_100
    assert missed[after].amount == 0
    assert len(missed) == 56


def test_stores_together_are_the_sum_of_each() -> None:
    """Weeks, four weeks, months and single days add up."""
    one = forecast(usual())
    three = forecast(usual(times=3))
    (both,) = sum_of_forecasts([one, three._replace(store_id="york")])
    parts: list[Callable[[Forecast], int]] = [
        lambda found: found.week.expected,
        lambda found: found.four_weeks.expected,
        lambda found: found.month.close,
        lambda found: found.days[3].expected,
    ]
    for part in parts:
        assert part(both) == part(one) + part(three)
    assert both.week.low == both.week.expected


def test_proposals_are_what_is_expected_and_so_much_more() -> None:
    """The next two ISO weeks at 2,100 and five per cent are 2,205, told with three digits: 2,210."""
    days = forecast(usual()).days
    periods = next_periods(TargetPeriod.WEEK, TODAY, 2)
    holder = Holder("store", "leeds", "GBP")
    made = proposals(holder, TargetPeriod.WEEK, periods, days, uplift=Fraction(1, 20), now=NOON)
    assert [(each.first, each.last, each.amount) for each in made] == [
        (date(2026, 11, 30), date(2026, 12, 6), 2_210),
        (date(2026, 12, 7), date(2026, 12, 13), 2_210),
    ]
    assert made[0].reason == "proposed from the usual sales as of 2026-11-23, +5 %"


@given(st.integers(1, 10**15))
def test_a_rounded_proposal_is_within_half_a_per_cent(amount: int) -> None:
    """Three leading digits are left, and no more than half of the last one is added or taken."""
    found = rounded(amount)
    assert abs(found - amount) * 200 <= amount
    assert len(str(found).rstrip("0")) <= 3


@pytest.mark.parametrize(("period", "first"), [("day", 24), ("week", 30)])
def test_the_next_periods_begin_after_the_one_that_runs(period: str, first: int) -> None:
    """Tomorrow, the next Monday, the first of the next month."""
    assert next_periods(TargetPeriod(period), TODAY, 1)[0].first == date(2026, 11, first)
    assert next_periods(TargetPeriod.MONTH, TODAY, 2)[1].first == date(2027, 1, 1)

"""Made-up days for the tests of curves, projections and backtests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate

from daybook.ledger.curves import QUARTERS, DayCurve
from daybook.ledger.history import History

MONDAY = date(2026, 11, 23)


def curve(day: date, sales: dict[int, int]) -> DayCurve:
    """A day with sales in some of its quarter hours."""
    return DayCurve(day, tuple(accumulate(sales.get(quarter, 0) for quarter in range(QUARTERS))))


def mondays(days: Iterable[dict[int, int]]) -> History:
    """Days one week apart, of which the last is the Monday before ``MONDAY``."""
    sales = list(days)
    first = MONDAY - timedelta(weeks=len(sales))
    dates = [first + timedelta(weeks=week) for week in range(len(sales))]
    return History({day: curve(day, amounts) for day, amounts in zip(dates, sales, strict=True)})

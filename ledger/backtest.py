"""How right the projected close would have been on past days, beside the naive ways to guess it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from daybook.ledger.curves import QUARTERS, DayCurve
from daybook.ledger.history import LIKE_DAYS, History
from daybook.ledger.projection import TypicalDay, projected_close, typical_day, usual_total
from daybook.ledger.quantiles import PPM, median
from daybook.schemas.rounding import divide


class PastDay(NamedTuple):
    """A finished day, the like days before it (oldest first), what is typical of them; the usual total."""

    curve: DayCurve
    like: list[DayCurve]
    typical: TypicalDay
    usual: int


Method = Callable[[PastDay, int], int]
"""The day's close as guessed after its first quarter hours."""


class HourResult(NamedTuple):
    """Median absolute percentage error of each method at a quarter hour of the day, in ppm."""

    quarter: int
    errors: dict[str, int]


def _projected(day: PastDay, quarter: int) -> int:
    return projected_close(day.curve.by(quarter), day.typical.shares[quarter], day.usual)


def _last_week(day: PastDay, _quarter: int) -> int:
    return day.like[-1].total


def _median_day(day: PastDay, _quarter: int) -> int:
    return day.typical.total


def _over_share(day: PastDay, quarter: int) -> int:
    share = day.typical.shares[quarter]
    return divide(day.curve.by(quarter) * PPM, share) if share else day.typical.total


def _straight_line(day: PastDay, quarter: int) -> int:
    """As much in every quarter hour between the like days' earliest first and latest last sale."""
    opens = min(_first_sale(curve) for curve in day.like)
    closes = max(_last_sale(curve) for curve in day.like) + 1
    passed = min(quarter, closes) - opens
    return divide(day.curve.by(quarter) * (closes - opens), passed) if passed > 0 else day.typical.total


METHODS: Final[dict[str, Method]] = {
    "projected": _projected,
    "last_week": _last_week,
    "straight_line": _straight_line,
    "actual_over_share": _over_share,
    "median_day": _median_day,
}


def past_days(history: History, first: date, last: date) -> list[PastDay]:
    """The days of a period that have sales and eight like days before them."""
    found = []
    for day in sorted(history):
        if not first <= day <= last or history[day].total <= 0:
            continue
        like = history.like_days(day)
        typical = typical_day(like)
        usual = usual_total(history, day)
        if typical is not None and usual is not None and len(like) == LIKE_DAYS:
            found.append(PastDay(history[day], like, typical, usual))
    return found


def backtest(days: Sequence[PastDay], quarters: Iterable[int]) -> list[HourResult]:
    """Each method's median error after each number of quarter hours.

    Raises:
        ValueError: there are no days.
    """
    return [
        HourResult(quarter, {name: median([_error(day, quarter, method) for day in days])
                             for name, method in METHODS.items()})
        for quarter in quarters
    ]  # fmt: skip


def _error(day: PastDay, quarter: int, method: Method) -> int:
    return divide(abs(method(day, quarter) - day.curve.total) * PPM, day.curve.total)


def _first_sale(curve: DayCurve) -> int:
    return next(quarter for quarter in range(QUARTERS) if curve.added_up[quarter])


def _last_sale(curve: DayCurve) -> int:
    return next(q for q in reversed(range(QUARTERS)) if curve.added_up[q] != curve.by(q))

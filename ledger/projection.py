"""Where a day will end: what like days were like, what to expect by now, and the close with its band.

Projected close = actual so far + (1 - share by now) x typical day. There is no model to be fitted, and
``ledger.backtest`` holds it against the naive ways. Shares and residuals are in parts per million, so that no
amount is ever a float.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from daybook.ledger.curves import QUARTERS, DayCurve
from daybook.schemas.rounding import divide

PPM: Final = 1_000_000
LIKE_DAYS: Final = 8
"""Like days that a typical day is made of, at most."""
FEWEST: Final = 4
"""With fewer like days than these the curve of the region, then of all stores, is taken instead."""
LOW, HIGH = PPM // 10, PPM * 9 // 10
"""The quantiles of past residuals that bound the band."""
RESIDUAL_DAYS: Final = 56
"""Past days whose residuals make the band."""

History = Mapping[date, DayCurve]


class TypicalDay(NamedTuple):
    """What like days were like: the median total, and the median share (ppm) by each quarter hour."""

    total: int
    shares: tuple[int, ...]
    days: int

    def expected(self, quarter: int) -> int:
        """Minor units to expect by the end of the day's first quarter hours."""
        return divide(self.total * self.shares[quarter], PPM)


class Projection(NamedTuple):
    """A day's close as seen at a quarter hour; minor units. ``low`` and ``high`` are None without a past."""

    actual: int
    expected: int
    close: int
    low: int | None
    high: int | None


def like_days(history: History, day: date, *, without: Collection[date] = ()) -> list[DayCurve]:
    """The last eight days before a day with its weekday and with sales; ``without`` holidays and closures."""
    found = [
        curve
        for other, curve in history.items()
        if other < day and other.weekday() == day.weekday() and curve.total > 0 and other not in without
    ]
    return sorted(found)[-LIKE_DAYS:]


def typical_day(days: Sequence[DayCurve], shape: Sequence[DayCurve] = ()) -> TypicalDay | None:
    """The typical day of like days; ``shape`` gives the shares where there are too few. None without any."""
    shape = days if len(days) >= FEWEST or not shape else shape
    if not days or not shape:
        return None
    shares = tuple(
        median([divide(curve.by(quarter) * PPM, curve.total) for curve in shape])
        for quarter in range(QUARTERS + 1)
    )
    return TypicalDay(median([curve.total for curve in days]), shares, len(days))


def projected_close(actual: int, quarter: int, typical: TypicalDay) -> int:
    """Minor units that the day will close at, as far as like days tell."""
    return actual + divide((PPM - typical.shares[quarter]) * typical.total, PPM)


def residuals(history: History, day: date, quarter: int, *, without: Collection[date] = ()) -> list[int]:
    """How far off the projection was at this quarter hour of past days; ppm of each day's typical total."""
    past = sorted(other for other in history if other < day and other not in without)[-RESIDUAL_DAYS:]
    found = []
    for other in past:
        like = like_days(history, other, without=without)
        typical = typical_day(like)
        if typical is None or len(like) < FEWEST:
            continue
        curve = history[other]
        miss = curve.total - projected_close(curve.by(quarter), quarter, typical)
        found.append(divide(miss * PPM, typical.total))
    return sorted(found)


def project(actual: int, quarter: int, typical: TypicalDay, past: Sequence[int]) -> Projection:
    """The close with its band. ``past`` is what ``residuals`` gave, sorted."""
    close = projected_close(actual, quarter, typical)
    low = high = None
    if past:
        low, high = (close + divide(quantile(past, part) * typical.total, PPM) for part in (LOW, HIGH))
    return Projection(actual, typical.expected(quarter), close, low, high)


def chance(close: int, target: int, typical: TypicalDay, past: Sequence[int]) -> int | None:
    """Parts per million of past residuals with which the day would reach its target; None without a past."""
    if not past:
        return None
    reached = sum(close * PPM + residual * typical.total >= target * PPM for residual in past)
    return divide(reached * PPM, len(past))


def median(values: Sequence[int]) -> int:
    """The median; between two middle values, their mean rounded half away from zero.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values, no median")
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else divide(ordered[middle - 1] + ordered[middle], 2)


def quantile(ordered: Sequence[int], part: int) -> int:
    """The value below which a part (ppm) of sorted values lies, by the nearest rank."""
    rank = -(-len(ordered) * part // PPM)
    return ordered[max(rank, 1) - 1]

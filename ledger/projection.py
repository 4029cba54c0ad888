"""Where a day will end: what like days were like, what to expect by now, and the close with its band.

Projected close = actual so far + (1 - share by now) x typical day, which is at the store's recent level.
There is no model to be fitted, and ``ledger.backtest`` holds it against the naive ways. Shares and misses
are in parts per million, so that no amount is ever a float.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.calendar import QUARTER
from daybook.ledger.curves import QUARTERS, DayCurve
from daybook.ledger.history import FEWEST, History
from daybook.ledger.quantiles import PPM, median, quantile
from daybook.schemas.rounding import divide

LOW, HIGH = PPM // 10, PPM * 9 // 10
"""The quantiles of past misses that bound the band."""
MISSED_DAYS: Final = 56
"""Past days whose misses make the band."""


class TypicalDay(NamedTuple):
    """What like days were like: the median total, and the median share (ppm) by each quarter hour's end.

    ``shares`` has the shape (97,): nothing at the cutoff, everything at the day's end.
    """

    total: int
    shares: tuple[int, ...]
    days: int

    def share(self, second: int) -> int:
        """The share (ppm) by a second of the wall clock since the cutoff; straight within a quarter hour."""
        quarter, rest = divmod(min(max(second, 0), QUARTERS * QUARTER), QUARTER)
        if not rest:
            return self.shares[quarter]
        before, after = self.shares[quarter : quarter + 2]
        return before + divide((after - before) * rest, QUARTER)

    def times(self, factor: Fraction) -> TypicalDay:
        """The same day with more or less sales all along."""
        return self._replace(total=divide(self.total * factor.numerator, factor.denominator))

    def kept(self, parts: Sequence[Fraction]) -> TypicalDay:
        """The day with only these parts (0 to 1) of its 96 quarter hours, as when a store closes early."""
        sums = [0]
        for quarter, part in enumerate(parts):
            usual = self.shares[quarter + 1] - self.shares[quarter]
            sums.append(sums[-1] + divide(usual * part.numerator, part.denominator))
        left = max(sums[-1], 0)
        shares = tuple(divide(each * PPM, left) for each in sums) if left else (0,) + (PPM,) * QUARTERS
        return TypicalDay(divide(self.total * left, PPM), shares, self.days)


class Miss(NamedTuple):
    """By how much a past day closed above its projection, beside its typical total; minor units."""

    amount: int
    typical: int


class Projection(NamedTuple):
    """A day's close as seen at a moment; minor units. ``low`` and ``high`` are None without a past."""

    actual: int
    expected: int
    close: int
    low: int | None
    high: int | None


def typical_day(days: Sequence[DayCurve], shape: Sequence[DayCurve] = ()) -> TypicalDay | None:
    """The typical day of like days; ``shape`` gives the shares where there are too few. None without any."""
    shape = days if len(days) >= FEWEST or not shape else shape
    if not days or not shape:
        return None
    shares = tuple(_share_by(shape, quarter) for quarter in range(QUARTERS + 1))
    return TypicalDay(median([curve.total for curve in days]), shares, len(days))


def projected_close(actual: int, share: int, typical_total: int) -> int:
    """Minor units that a day will close at, as far as like days tell; ``share`` is theirs by now, in ppm."""
    return actual + divide((PPM - share) * typical_total, PPM)


def usual_day(history: History, day: date, before: date | None = None) -> TypicalDay | None:
    """The typical day of a store's own like days at its recent level; None where there are fewer than four.

    ``before``: as it was known before an earlier date.
    """
    like = history.like_days(day, before)
    typical = typical_day(like) if len(like) >= FEWEST else None
    return typical and typical.times(_level_of(history, day, before or day))


def usual_total(history: History, day: date, before: date | None = None) -> int | None:
    """The total of ``usual_day``, and sooner done."""
    total = history.like_total(day, before)
    if total is None:
        return None
    level = _level_of(history, day, before or day)
    return divide(total * level.numerator, level.denominator)


def _level_of(history: History, day: date, before: date) -> Fraction:
    # A holiday is compared with holidays of long ago: what weekdays are at now says nothing of them.
    return history.recent_level(before) if history.kinds.holiday(day) is None else Fraction(1)


def misses(history: History, day: date, quarter: int) -> dict[date, Miss]:
    """How far off the projection was after this many quarter hours of the last 56 ordinary days, by date.

    Each past day is judged by the days before it alone; one with fewer than four like days is left out.
    """
    found = {}
    for other in history.ordinary_days(day, MISSED_DAYS):
        total = usual_total(history, other)
        if total is not None:
            curve, share = history[other], _share_by(history.like_days(other), quarter)
            found[other] = Miss(curve.total - projected_close(curve.by(quarter), share, total), total)
    return found


def _share_by(days: Sequence[DayCurve], quarter: int) -> int:
    return median([divide(curve.by(quarter) * PPM, curve.total) for curve in days])


def sum_of_misses(members: Iterable[Mapping[date, Miss]]) -> dict[date, Miss]:
    """The misses of several stores added up by date: one store's bad day makes good another's."""
    found: dict[date, Miss] = {}
    for missed in members:
        for day, miss in missed.items():
            known = found.get(day, Miss(0, 0))
            found[day] = Miss(known.amount + miss.amount, known.typical + miss.typical)
    return found


def residuals(missed: Mapping[date, Miss]) -> list[int]:
    """Misses as parts (ppm) of their typical totals, sorted."""
    return sorted(divide(miss.amount * PPM, miss.typical) for miss in missed.values() if miss.typical > 0)


def project(actual: int, share: int, typical_total: int, past: Sequence[int]) -> Projection:
    """The close with its band. ``past`` is what ``residuals`` gave."""
    close = projected_close(actual, share, typical_total)
    expected = divide(typical_total * share, PPM)
    return Projection(actual, expected, close, *band(close, typical_total, past))


def band(close: int, typical_total: int, past: Sequence[int]) -> tuple[int, int] | tuple[None, None]:
    """Between which amounts a day closes in eight of ten cases; ``past`` is what ``residuals`` gave."""
    if not past:
        return None, None
    low, high = (close + divide(quantile(past, part) * typical_total, PPM) for part in (LOW, HIGH))
    return low, high


def chance(close: int, target: int, typical_total: int, past: Sequence[int]) -> int | None:
    """Parts per million of past misses with which the day would reach its target; None without a past."""
    if not past:
        return None
    reached = sum(close * PPM + residual * typical_total >= target * PPM for residual in past)
    return divide(reached * PPM, len(past))

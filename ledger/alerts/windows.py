"""A part of today beside the same part of the days before: what is usual, and how far days stray from it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from daybook.ledger.alerts.robust import PPM, Flags, Ints, means, medians, quantiles
from daybook.ledger.alerts.sheet import PAST_DAYS, Past, Sheet

_WEEKS: Final = PAST_DAYS // 7
_SAME_WEEKDAY: Final = 6
"""Place of today's weekday in a past week, told backwards from yesterday."""
_LOW, _HIGH = PPM // 10, PPM * 9 // 10
_NEARLY_ALL: Final = PPM * 95 // 100


class Moment(NamedTuple):
    """Where each row stands: its business date (ordinal) and the quarter hours that are over on its clock.

    ``factors`` (ppm) is by how much today is expected to differ from the usual.
    """

    today: Ints
    quarters: Ints
    factors: Ints
    past: Past


class Parts(NamedTuple):
    """What a part of the day brought today, and on the 56 days before; which of these are there."""

    actual: Ints
    past: Ints
    there: Flags


class Usual(NamedTuple):
    """What is usual of a part of the day by like days; ``spread`` is half the band of past misses."""

    amount: Ints
    spread: Ints
    like_days: Ints


def parts(sheet: Sheet, moment: Moment, measure: int, first: Ints, last: Ints) -> Parts:
    """The quarter hours from ``first`` on and before ``last``, of all rows."""
    curves, lines = sheet.of_day(moment.today, measure), np.arange(len(first))
    past = moment.past.by(measure, last) - moment.past.by(measure, first)
    actual = curves[lines, last] - curves[lines, first]
    return Parts(actual, past * moment.factors[:, None] // PPM, moment.past.known)


def together(of: Parts, members: Ints) -> Parts:
    """Several rows as one. A day that one of them lacks is taken to have been usual there."""
    past, there = of.past[members], of.there[members]
    usual, count = medians(_by_weekday(past), _by_weekday(there))
    filled = np.where(there, past, np.tile(usual, _WEEKS))
    known = count[:, _SAME_WEEKDAY] > 0
    past = filled[known].sum(axis=0, keepdims=True)
    any_there: Flags = np.atleast_2d(there.any(axis=0))
    return Parts(of.actual[members][known].sum(keepdims=True), past, any_there)


def usual(of: Parts) -> Usual:
    """The median of like days, and how far all days strayed from their own."""
    past, there = _by_weekday(of.past), _by_weekday(of.there)
    centre, count = medians(past, there)
    amount = centre[:, _SAME_WEEKDAY]
    sold = there & (centre[:, :, None] > 0)
    astray = (past - centre[:, :, None]) * PPM // np.maximum(centre, 1)[:, :, None]
    # Without any row a length cannot be made out from the others.
    flat = (len(past), PAST_DAYS)
    astray, sold = astray.reshape(flat), sold.reshape(flat)
    band = quantiles(astray, sold, _HIGH) - quantiles(astray, sold, _LOW)
    return Usual(amount, band // 2 * np.maximum(amount, 0) // PPM, count[:, _SAME_WEEKDAY])


def by_course(of: Parts, before: Parts) -> Usual:
    """What is usual of a part of the day once one knows what came ``before`` it on the same day.

    A day that began with more or less than usual goes on so: what the part usually brings is raised or
    lowered alike, today's and that of each past day, and so strays far less than by like days alone.
    """
    past, begun = _by_weekday(of.past), _by_weekday(before.past)
    there = _by_weekday(of.there & before.there)
    centre, count = medians(past, there)
    middle, _ = medians(begun, there)
    ratio = begun * PPM // np.maximum(middle, 1)[:, :, None]
    sold = there & (centre[:, :, None] > 0) & (middle[:, :, None] > 0)
    astray = (past - centre[:, :, None] * ratio // PPM) * PPM // np.maximum(centre, 1)[:, :, None]
    rows = len(past)
    astray, sold = astray.reshape(rows, -1), sold.reshape(rows, -1)
    band = quantiles(astray, sold, _HIGH) - quantiles(astray, sold, _LOW)
    now = before.actual * PPM // np.maximum(middle[:, _SAME_WEEKDAY], 1)
    amount = np.where(middle[:, _SAME_WEEKDAY] > 0, centre[:, _SAME_WEEKDAY] * now // PPM, 0)
    return Usual(amount, band // 2 * np.maximum(amount, 0) // PPM, count[:, _SAME_WEEKDAY])


def mean_of_like_days(of: Parts) -> Ints:
    """The mean of like days, for what is too rare to have a median; rounded down."""
    past, there = _by_weekday(of.past), _by_weekday(of.there)
    return means(past[:, _SAME_WEEKDAY], there[:, _SAME_WEEKDAY]) // PPM


def highest_usual(past: Past, measure: int, quarters: int, members: Ints) -> int:
    """The most that so many quarter hours in a row bring to rows together, on all but one day in twenty."""
    curves = past.curves[measure][:, members].sum(axis=1)
    highest = (curves[quarters:] - curves[:-quarters]).max(axis=0)
    return int(quantiles(highest[None, :], np.atleast_2d(past.known[members].any(axis=0)), _NEARLY_ALL)[0])


def _by_weekday(days: NDArray[Any]) -> NDArray[Any]:
    """Shape (rows, 56), yesterday first, to (rows, 7 weekdays, 8 weeks)."""
    return days.reshape(len(days), _WEEKS, 7).swapaxes(1, 2)

"""Silences: how many orders like days have in them, and how long a silence usually gets.

A silence is told in orders that would have come, so that half an hour at noon and one before closing are not
taken for the same. Nothing is known of a quarter hour but how many orders it had.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from daybook.ledger.alerts.robust import PPM, Flags, Ints, quantiles
from daybook.ledger.alerts.sheet import ORDERS, PAST_DAYS, Past
from daybook.ledger.calendar import QUARTER
from daybook.ledger.curves import QUARTERS

_WEEKS: Final = PAST_DAYS // 7
_GIVEN: Final = 5
_USUALLY: Final = 95 * PPM // 100
"""Part of days whose longest silence does not exceed the usual one: an outage last month changes little."""


class Silences(NamedTuple):
    """The silence of each row that goes on now, in seconds and in orders missed (millionths)."""

    quarters: Ints
    orders: Ints

    @property
    def seconds(self) -> Ints:
        """How long it goes on."""
        return self.quarters * QUARTER


class OrderDays(NamedTuple):
    """What is usual of orders. It changes from day to day.

    ``curve`` is the mean of like days, added up, in millionths: shape (rows, 97); ``curves`` those of each
    weekday, told backwards from yesterday, (97, rows, 7). ``orders`` are those of the days before, added up,
    (97, rows, 56).
    """

    curve: Ints
    curves: Ints
    orders: Ints
    there: Flags

    def rows(self, members: Ints) -> OrderDays:
        """Several rows as one."""
        any_there: Flags = np.atleast_2d(self.there[members].any(axis=0))
        return OrderDays(
            self.curve[members].sum(axis=0, keepdims=True),
            self.curves[:, members].sum(axis=1, keepdims=True),
            self.orders[:, members].sum(axis=1, keepdims=True),
            any_there,
        )


def order_days(past: Past) -> OrderDays:
    """What is usual of orders, by the 56 days before today."""
    orders, there = past.curves[ORDERS], past.known
    rows = len(there)
    by_weekday = np.where(there, orders, 0).reshape(QUARTERS + 1, rows, _WEEKS, 7).sum(axis=2)
    days = there.reshape(rows, _WEEKS, 7).sum(axis=1)
    mean = by_weekday * PPM // np.maximum(days, 1)
    return OrderDays(np.ascontiguousarray(mean[:, :, -1].T), mean, orders, there)


def longest_usual(days: OrderDays) -> Ints:
    """The longest silence that is usual of a day, in orders missed (millionths); shape (rows,)."""
    # A slow day is measured by its own tempo, as today is.
    tempo = _tempo(days.orders[-1], _each_week(days.curves[-1]))
    last = np.zeros(tempo.shape, np.int64)
    longest = last
    for quarter in range(QUARTERS):
        active = days.orders[quarter + 1] > days.orders[quarter]
        gap = _each_week(days.curves[quarter]) - last
        longest = np.where(active, np.maximum(longest, gap), longest)
        last = np.where(active, _each_week(days.curves[quarter + 1]), last)
    longest = np.maximum(longest, _each_week(days.curves[QUARTERS]) - last)
    return quantiles(longest * tempo // PPM, days.there, _USUALLY)


def _each_week(of_weekdays: Ints) -> Ints:
    """Shape (rows, 7) to (rows, 56)."""
    return np.tile(of_weekdays, (1, _WEEKS))


def silences(orders: Ints, quarters: Ints, curve: Ints) -> Silences:
    """The silence that goes on after so many quarter hours of each row's day.

    Args:
        orders: today's orders added up, shape (rows, 97).
        quarters: how many quarter hours of the day are over.
        curve: the usual orders added up, in millionths.
    """
    number = np.arange(QUARTERS)
    active = (np.diff(orders, axis=1) > 0) & (number < quarters[:, None])
    last = np.where(active, number + 1, 0).max(axis=1)
    lines = np.arange(len(orders))
    missed = (curve[lines, quarters] - curve[lines, last]) * _tempo(orders[lines, last], curve[lines, last])
    return Silences(quarters - last, np.maximum(missed // PPM, 0))


def _tempo(orders: Ints, usual: Ints) -> Ints:
    """How fast a day goes, as a part (ppm) of the usual, at most as fast: a slow day has longer silences.

    ``usual`` is in millionths. A few orders are taken for given: a day that begins is an ordinary one.
    """
    tempo: Ints = (orders + _GIVEN) * PPM // (usual // PPM + _GIVEN)
    return np.minimum(tempo, PPM)


def silence_together(of: Silences, orders: Ints, quarters: Ints, curve: Ints) -> tuple[int, int]:
    """The silence that all rows share: quarter hours, and orders missed by all of them (millionths)."""
    shared = of.quarters.min()
    first, lines = np.maximum(quarters - shared, 0), np.arange(len(quarters))
    before = curve[lines, first]
    missed = int((curve[lines, quarters] - before).sum())
    tempo = _tempo(orders[lines, first].sum(), before.sum())
    return int(shared), missed * int(tempo) // PPM

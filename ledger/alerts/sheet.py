"""What stores sold by the quarter hour, today and on the 56 days before, as arrays: all are asked at once.

Amounts are int64 minor units and counts, added up over each day's quarter hours on the store's own wall
clock. A store and currency take about 190 KB. Days are kept by their number modulo 60: each makes room for
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from daybook.ledger import measures as m
from daybook.ledger.curves import QUARTERS
from daybook.ledger.leaderboards import Vector

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NET, ORDERS, REVERSED, SOLD = range(4)
"""Kept measures: net sales, orders, reversals without their sign, and gross + discounts."""
PAST_DAYS: Final = 56
_SLOTS: Final = 60


class Row(NamedTuple):
    """A store and a currency."""

    store_id: str
    currency: str


class Past(NamedTuple):
    """The 56 days before, yesterday first, so laid out that a quarter hour of all rows lies together.

    ``curves`` has the shape (4 kept measures, 97, rows, 56); a day that is not there has brought nothing.
    ``known`` says which days are there and examples for others; shape (rows, 56).
    """

    curves: Ints
    known: Flags

    def by(self, measure: int, quarters: Ints) -> Ints:
        """What each row's days had brought after so many quarter hours; shape (rows, 56)."""
        found: Ints = self.curves[measure, quarters, np.arange(len(quarters))]
        return found


class Sheet:
    """The rows and their amounts. What is told again replaces what was known."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._numbers: dict[Row, int] = {}
        self._days: Ints = np.zeros((0, _SLOTS), np.int64)
        self._ordinary: Flags = np.zeros((0, _SLOTS), np.bool_)
        self._added_up: Ints = np.zeros((0, _SLOTS, 4, QUARTERS + 1), np.int64)
        self.past_changes = 0
        """Rises with every change of a day that is not its row's newest."""

    def put(self, row: Row, day: date, quarter: int, vector: Vector, *, ordinary: bool = True) -> None:
        """What a quarter hour of the wall clock (0 to 95) stands at: stored measures.

        A day that is not ``ordinary`` (a holiday, other opening hours) is no example for others. Days more
        than 59 before the newest of the row are passed over.
        """
        amounts = np.array([kept(vector)], np.int64)
        self.put_kept([row], day, quarter, amounts, ordinary=ordinary)

    def put_kept(
        self, rows: Sequence[Row], day: date, quarter: int, amounts: Ints, *, ordinary: bool = True
    ) -> None:
        """The same of several rows; ``amounts`` has the shape (rows, 4 kept measures)."""
        numbers = np.array([self._number(row) for row in rows], np.int64)
        ordinal, slot = day.toordinal(), day.toordinal() % _SLOTS
        known = self._days[numbers, slot]
        fresh = numbers[known < ordinal]
        self._added_up[fresh, slot] = 0
        self._days[fresh, slot] = ordinal
        there = known <= ordinal
        numbers, amounts = numbers[there], amounts[there]
        self._ordinary[numbers, slot] = ordinary
        self.past_changes += int((self._days[numbers].max(axis=1, initial=0) > ordinal).sum())
        places = self._added_up[numbers, slot]
        change = amounts - (places[:, :, quarter + 1] - places[:, :, quarter])
        if change.any():
            places[:, :, quarter + 1 :] += change[:, :, None]
            self._added_up[numbers, slot] = places

    def put_days(self, rows: Sequence[Row], day: date, amounts: Ints) -> None:
        """Whole days of many rows at once; ``amounts`` has the shape (rows, 4 kept measures, 96)."""
        slot = day.toordinal() % _SLOTS
        numbers = [self._number(row) for row in rows]
        self._days[numbers, slot] = day.toordinal()
        self._ordinary[numbers, slot] = True
        self._added_up[numbers, slot, :, 1:] = np.cumsum(amounts, axis=2)
        self._added_up[numbers, slot, :, 0] = 0

    def no_example(self, row: Row, day: date) -> None:
        """A day that is known is like no other: a holiday, other opening hours."""
        number, slot = self._number(row), day.toordinal() % _SLOTS
        if self._days[number, slot] == day.toordinal():
            self._ordinary[number, slot] = False

    def number(self, row: Row) -> int | None:
        """The number of a row; None if it never sold."""
        return self._numbers.get(row)

    def newest(self) -> Ints:
        """The newest day with sales of each row, as its ordinal."""
        newest: Ints = self._days[: len(self.rows)].max(axis=1, initial=0)
        return newest

    def of_day(self, today: Ints, measure: int) -> Ints:
        """Today's curves of a measure; shape (rows, 97)."""
        slots, lines = today % _SLOTS, np.arange(len(self.rows))
        there = self._days[lines, slots] == today
        return np.where(there[:, None], self._added_up[lines, slots, measure], 0)

    def past(self, today: Ints) -> Past:
        """The 56 days before each row's business date (ordinals), yesterday first."""
        days = today[:, None] - np.arange(1, PAST_DAYS + 1)
        slots, lines = days % _SLOTS, np.arange(len(self.rows))[:, None]
        there = self._days[lines, slots] == days
        curves = np.where(there[:, :, None, None], self._added_up[lines, slots], 0)
        curves = np.ascontiguousarray(curves.transpose(2, 3, 0, 1))
        known = there & self._ordinary[lines, slots] & (curves[ORDERS, QUARTERS] > 0)
        return Past(curves, known)

    def _number(self, row: Row) -> int:
        number = self._numbers.get(row)
        if number is None:
            number = self._numbers[row] = len(self.rows)
            self.rows.append(row)
            if number >= len(self._days):
                self._grow(max(16, 2 * number))
        return number

    def _grow(self, size: int) -> None:
        """Make room; arrays are longer than the rows, and what is asked is cut to them."""
        more = size - len(self._days)
        self._days = np.concatenate([self._days, np.zeros((more, _SLOTS), np.int64)])
        self._ordinary = np.concatenate([self._ordinary, np.zeros((more, _SLOTS), np.bool_)])
        room = np.zeros((more, *self._added_up.shape[1:]), np.int64)
        self._added_up = np.concatenate([self._added_up, room])


def kept(vector: Vector) -> tuple[int, int, int, int]:
    """The four kept measures of stored ones."""
    sold = vector[m.GROSS] + vector[m.DISCOUNTS]
    return sold + vector[m.REVERSALS], vector[m.ORDERS], -vector[m.REVERSALS], sold

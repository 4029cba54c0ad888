"""Rows of columns brought together by a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from daybook.ledger.columns.codes import Flags, Ints

_SMALL: Final = 65_536


class Groups:
    """The rows of equal keys. Keys are not negative.

    ``first`` and ``last`` are the rows of each group that come first and last; groups rise by their key.
    """

    def __init__(self, keys: Ints) -> None:
        # Numbers of 16 bits are sorted by radix, several times as fast.
        small = keys.astype(np.uint16) if len(keys) and int(keys.max()) < _SMALL else keys
        self._order = np.argsort(small, kind="stable")
        ordered = small[self._order]
        changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
        self._starts = np.concatenate(([0], changes)) if len(keys) else changes
        self.first: Ints = self._order[self._starts]
        self.last: Ints = self._order[np.concatenate((changes, [len(keys)])) - 1] if len(keys) else self.first

    def sums(self, column: Ints) -> Ints:
        """The sum of a column over each group."""
        return np.add.reduceat(column[self._order], self._starts)

    def numbers(self) -> Ints:
        """For each row the number of its group."""
        out = np.empty(len(self._order), np.int64)
        sizes = np.diff(np.concatenate((self._starts, [len(self._order)])))
        out[self._order] = np.repeat(np.arange(len(self._starts)), sizes)
        return out


def firsts(keys: Ints) -> Flags:
    """Which rows are the first of their key."""
    flags = np.zeros(len(keys), np.bool_)
    flags[Groups(keys).first] = True
    return flags


def spans(column: Ints) -> Iterator[tuple[int, int]]:
    """Where each run of equal numbers begins and ends."""
    changes = (np.flatnonzero(column[1:] != column[:-1]) + 1).tolist()
    starts = [0, *changes] if len(column) else []
    return zip(starts, [*changes, len(column)], strict=False)

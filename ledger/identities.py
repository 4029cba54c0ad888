"""Many 16-byte identities in little room: sorted in arrays, 20 bytes each, with the hour of their arrival."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_Words = NDArray[np.uint64]
_Hours = NDArray[np.uint32]


class SortedIdentities:
    """Identities as two arrays of words, sorted by the first. Membership is exact on all 16 bytes."""

    def __init__(self) -> None:
        self._high: _Words = np.zeros(0, np.uint64)
        self._low: _Words = np.zeros(0, np.uint64)
        self._hour: _Hours = np.zeros(0, np.uint32)
        self._waiting: list[tuple[_Words, _Words, _Hours]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def contains(self, identities: Sequence[bytes]) -> NDArray[np.bool_]:
        """Which of the identities are there."""
        found = np.zeros(len(identities), np.bool_)
        if not self._count:
            return found
        self._sort()
        high, low = _words(b"".join(identities))
        place = np.searchsorted(self._high, high)
        left = np.flatnonzero(place < self._count)
        while len(left):
            # Several identities may share their first word: then the next places are looked at too.
            left = left[self._high[place[left]] == high[left]]
            found[left] |= self._low[place[left]] == low[left]
            place[left] += 1
            left = left[~found[left] & (place[left] < self._count)]
        return found

    def add(self, identities: bytes, hours: _Hours) -> None:
        """Take in identities, none of which is there: their bytes one after the other, and their hours.

        They are sorted in when they are first asked for, so that a state comes back with one sorting.
        """
        self._waiting.append((*_words(identities), hours))
        self._count += len(hours)

    def _sort(self) -> None:
        if not self._waiting:
            return
        parts = [(self._high, self._low, self._hour), *self._waiting]
        self._waiting = []
        high, low, hour = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(high, kind="stable")
        self._high, self._low, self._hour = high[order], low[order], hour[order]

    def forget(self, before: int) -> None:
        """Drop the identities that arrived before an hour."""
        self._sort()
        kept = self._hour >= before
        if not kept.all():
            self._high, self._low, self._hour = self._high[kept], self._low[kept], self._hour[kept]
            self._count = len(self._high)


def _words(identities: bytes) -> tuple[_Words, _Words]:
    pairs = np.frombuffer(identities, ">u8").astype(np.uint64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]

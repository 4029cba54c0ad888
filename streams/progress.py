"""Whether partitions come forward: one that stands still beside waiting events is not waited out for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Standing(NamedTuple):
    """What to do about partitions that stand still: read them again, or give up."""

    again: list[int]
    stalled: list[int]


class ProgressWatch:
    """Remembers since when each partition has stood still. Times are seconds of any steady clock.

    Half-way to ``limit`` a partition is to be read again once: a batch that got lost behind the last record
    comes back so. At ``limit`` it counts as stalled.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._since: dict[int, tuple[int | None, float]] = {}
        self._again: set[int] = set()

    def look(self, now: float, ends: Mapping[int, int], positions: Mapping[int, int | None]) -> Standing:
        """Compare with the last look.

        Args:
            now: the clock.
            ends: the end of the log of each partition that is ours.
            positions: next expected offsets; None for a partition whose state is not there yet.
        """
        standing = Standing([], [])
        for partition in [p for p in self._since if p not in ends]:
            self._forget(partition)
        for partition, end in ends.items():
            position = positions.get(partition)
            known = self._since.get(partition)
            if known is None or known[0] != position or (position is not None and position >= end):
                self._forget(partition)
                self._since[partition] = (position, now)
            elif now - known[1] >= self._limit and end > 0:
                standing.stalled.append(partition)
            elif now - known[1] >= self._limit / 2 and position is not None and partition not in self._again:
                self._again.add(partition)
                standing.again.append(partition)
        return standing

    def forget(self) -> None:
        """Begin anew with all partitions."""
        self._since.clear()
        self._again.clear()

    def _forget(self, partition: int) -> None:
        self._since.pop(partition, None)
        self._again.discard(partition)

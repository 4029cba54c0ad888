"""What came in lately, and how much of it was bad: from the counters in every partition's position."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from daybook.ledger.alerts.facts import FeedFacts
from daybook.ledger.messages import PartitionPosition

REMEMBERED: Final = timedelta(days=1)
"""How far back the usual part of bad events is known."""


class _Noted(NamedTuple):
    at: datetime
    received: int
    duplicates: int
    dead_letters: int


class FeedMemory:
    """The counters at each tick of the last day. A process that begins anew begins it anew."""

    def __init__(self) -> None:
        self._noted: deque[_Noted] = deque()

    def note(self, now: datetime, positions: Iterable[PartitionPosition]) -> None:
        """Keep how the counters stand. Where they fall back, with a new epoch, nothing before counts."""
        known = list(positions)
        noted = _Noted(
            now,
            sum(position.received for position in known),
            sum(position.duplicates + position.superseded for position in known),
            sum(position.dead for position in known),
        )
        if self._noted and noted.received < self._noted[-1].received:
            self._noted.clear()
        self._noted.append(noted)
        while self._noted[0].at < now - REMEMBERED:
            self._noted.popleft()

    def facts(self, what: Literal["dead_letters", "duplicates"], minutes: int) -> FeedFacts:
        """The last minutes beside the time before them, as far as it is remembered."""
        if not self._noted:
            return FeedFacts(0, 0, 0, 0)
        last, first = self._noted[-1], self._noted[0]
        since = last.at - timedelta(minutes=minutes)
        start = next(noted for noted in self._noted if noted.at >= since)
        return FeedFacts(
            last.received - start.received,
            getattr(last, what) - getattr(start, what),
            start.received - first.received,
            getattr(start, what) - getattr(first, what),
        )

"""What came in lately, and how much of it was bad: from the counters in every partition's position."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import orjson

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
    """The counters at each evaluation of the last day."""

    def __init__(self) -> None:
        self._noted: deque[_Noted] = deque()
        self._changed: dict[bytes, bytes | None] = {}

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
            self._changed |= {_name(old): None for old in self._noted}
            self._noted.clear()
        self._noted.append(noted)
        self._changed[_name(noted)] = orjson.dumps(noted[1:])
        while self._noted[0].at < now - REMEMBERED:
            self._changed[_name(self._noted.popleft())] = None

    def changes(self) -> Mapping[bytes, bytes | None]:
        """What has to be kept since this was asked last: entries, of which None removes one."""
        changed, self._changed = self._changed, {}
        return changed

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Forget everything, and know what these entries say."""
        noted = [_Noted(datetime.fromisoformat(at.decode()), *orjson.loads(e)) for at, e in entries.items()]
        self._noted, self._changed = deque(sorted(noted)), {}

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


def _name(noted: _Noted) -> bytes:
    return noted.at.isoformat().encode()

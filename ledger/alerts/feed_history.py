"""How many events came, and how many of them were bad, over the last day: samples of counters. Pure."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import orjson

from daybook.ledger.alerts.facts import FeedFacts
from daybook.ledger.messages import PartitionPosition

_KEPT: Final = timedelta(days=1)
_APART: Final = timedelta(minutes=1)


class Counted(NamedTuple):
    """The counters of all partitions at a moment (UTC, epoch seconds)."""

    at: int
    received: int
    dead_letters: int
    duplicates: int


class FeedHistory:
    """Samples of a day, at most one a minute."""

    def __init__(self) -> None:
        self._samples: list[Counted] = []

    def add(self, now: datetime, positions: list[PartitionPosition]) -> bool:
        """Take a sample, if the last is old enough; whether it was taken."""
        at = int(now.timestamp())
        if self._samples and at - self._samples[-1].at < _APART.total_seconds():
            return False
        sample = Counted(
            at,
            sum(p.received for p in positions),
            sum(p.dead for p in positions),
            sum(p.duplicates + p.superseded for p in positions),
        )
        if self._samples and sample.received < self._samples[-1].received:
            # Counters that go back are those of another source: nothing before can be compared with.
            self._samples.clear()
        self._samples.append(sample)
        del self._samples[: bisect_right(self._samples, at - int(_KEPT.total_seconds()), key=_at)]
        return True

    def facts(self, what: Literal["dead_letters", "duplicates"], minutes: int) -> FeedFacts:
        """The last minutes beside the time before them; all zero while no sample is that old."""
        if not self._samples:
            return FeedFacts(0, 0, 0, 0)
        newest, oldest = self._samples[-1], self._samples[0]
        place = bisect_right(self._samples, newest.at - minutes * 60, key=_at)
        begin = self._samples[place - 1] if place else oldest
        return FeedFacts(
            newest.received - begin.received,
            _bad(newest, what) - _bad(begin, what),
            begin.received - oldest.received,
            _bad(begin, what) - _bad(oldest, what),
        )

    def encode(self) -> bytes:
        """The samples, to be kept."""
        return orjson.dumps(self._samples)

    def restore(self, value: bytes | None) -> None:
        """Take over samples that were kept."""
        self._samples = [Counted(*row) for row in orjson.loads(value)] if value else []


def _at(sample: Counted) -> int:
    return sample.at


def _bad(sample: Counted, what: Literal["dead_letters", "duplicates"]) -> int:
    return sample.dead_letters if what == "dead_letters" else sample.duplicates

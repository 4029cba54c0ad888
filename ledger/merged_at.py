"""What merged views have in common: the days and dimensions that they keep, and where they stand."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import lru_cache
from typing import Final

from daybook.ledger.messages import PartitionPosition

_KEY_PARTS: Final = 5
"""Parts of a bucket's record key: book, business date, currency, dimension and number."""


class MergedAt:
    """A view that partitions tell states of, and how far each was counted when it did.

    Args:
        since: totals of days before it are passed over; None keeps all.
        dimensions: those that are kept; None keeps all.
    """

    def __init__(self, since: date | None = None, dimensions: Container[str] | None = None) -> None:
        self._since = since or date.min
        self._dimensions = dimensions
        self._heads: dict[int, int] = {}
        self.filling = False
        """Whether more of the past is still being put in."""
        self.positions: dict[int, PartitionPosition] = {}
        """How far each partition is counted, as it was told last."""

    @property
    def since(self) -> date:
        """The first business date that is kept."""
        return self._since

    @property
    def whole(self) -> bool:
        """Whether it stands at positions, with all of their checkpoints and all of the past."""
        return not self.filling and all(
            partition in self.positions and self.positions[partition].version >= head
            for partition, head in self._heads.items()
        )

    @property
    def recorded_at(self) -> int | None:
        """When the newest counted record came into the log (UTC, epoch milliseconds); None before any."""
        return max((each.recorded_at for each in self.positions.values() if each.received), default=None)

    def wants(self, record_key: bytes) -> bool:
        """Whether a record of this key is worth decoding: positions are, and buckets of what is kept."""
        parts = record_key.split(b"|")
        return len(parts) != _KEY_PARTS or self._keeps(parts[1].decode(), parts[3].decode())

    def _stand(self, position: PartitionPosition) -> None:
        """Take over how far a partition is counted, if that is not older than what is known."""
        known = self.positions.get(position.partition)
        if known is None or position.version >= known.version:
            self.positions[position.partition] = position

    def _told(self, partition: int, version: int) -> None:
        """Note that a partition has told a state of a version: its position follows."""
        self._heads[partition] = max(version, self._heads.get(partition, 0))

    def _keeps(self, business_date: str, dimension: str) -> bool:
        if self._dimensions is not None and dimension not in self._dimensions:
            return False
        return date_of(business_date) >= self._since


@lru_cache(maxsize=4096)
def date_of(text: str) -> date:
    """A business date as it stands in messages and keys."""
    return date.fromisoformat(text)

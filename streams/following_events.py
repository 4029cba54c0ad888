"""Following the events themselves, for what totals do not know: tills, campaigns and customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from daybook.schemas import topics
from daybook.streams.following import TopicFollower


class EventBook(Protocol):
    """Where events are noted."""

    next_offsets: dict[int, int]

    def read(self, value: bytes, recorded_at: datetime) -> None:
        """Note an event as it came."""

    def read_to(self, partition: int, offset: int) -> None:
        """All events of a partition before an offset are noted."""


class EventsFollower(TopicFollower):
    """Notes events in ``book``, from where it was read last."""

    def __init__(
        self,
        bootstrap: str,
        partitions: int,
        book: EventBook,
        consumer_options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(bootstrap, topics.EVENTS, partitions, consumer_options)
        self.offsets = dict(book.next_offsets)
        self._book = book

    def take(self, record: Any) -> None:
        """Note an event."""
        self._book.read(record.value or b"", datetime.fromtimestamp(record.timestamp / 1000, UTC))
        self._book.read_to(record.partition, record.offset + 1)

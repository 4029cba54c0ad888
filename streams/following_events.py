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
    partitions: int | None

    def read(self, value: bytes, recorded_at: datetime) -> None:
        """Note an event as it came."""

    def read_to(self, partition: int, offset: int, recorded_at: datetime) -> None:
        """All events of a partition before an offset are noted; the last was recorded at ``recorded_at``."""

    def tidy(self) -> None:
        """Let go of what is not needed any more, though more is read; called often."""


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
        book.partitions = partitions
        self._book = book

    def take(self, record: Any) -> None:
        """Note an event."""
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        self._book.read(record.value or b"", at)
        self._book.read_to(record.partition, record.offset + 1, at)

    def taken(self) -> None:
        """Let go of what is not needed any more, while much is read."""
        if not self.caught_up:
            self._book.tidy()

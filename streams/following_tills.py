"""Following the events themselves, for what totals do not know: the tills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from daybook.ledger.alerts.tills import TillBook
from daybook.ledger.till_events import till_event
from daybook.schemas import topics
from daybook.streams.following import TopicFollower


class TillsFollower(TopicFollower):
    """Notes in ``book`` what events say of their tills, from where it was read last."""

    def __init__(
        self,
        bootstrap: str,
        partitions: int,
        book: TillBook,
        consumer_options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(bootstrap, topics.EVENTS, partitions, consumer_options)
        self.offsets = dict(book.next_offsets)
        self._book = book

    def take(self, record: Any) -> None:
        """Note an event."""
        event = till_event(record.value or b"", datetime.fromtimestamp(record.timestamp / 1000, UTC))
        if event is not None:
            self._book.note(event)
        self._book.read_to(record.partition, record.offset + 1)

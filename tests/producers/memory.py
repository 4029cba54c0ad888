"""A publisher that keeps what it is given."""

from __future__ import annotations

from collections.abc import Sequence

from daybook.producers.records import KafkaUnavailable, OutgoingRecord


class MemoryPublisher:
    """Stands in for Kafka; ``away`` makes it refuse everything."""

    def __init__(self) -> None:
        self.records: list[OutgoingRecord] = []
        self.away = False

    async def send(self, records: Sequence[OutgoingRecord]) -> None:
        """Keep the records."""
        if self.away and records:
            raise KafkaUnavailable("Kafka at 10.1.2.3:9092 is away")
        self.records += records

    async def ready(self) -> bool:
        """Whether records would be kept."""
        return not self.away

"""What is sent to the event topic, and by whom it may be sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class OutgoingRecord(NamedTuple):
    """One record of the event topic: key (the order_id in UTF-8), value (the event as it came), headers."""

    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class KafkaUnavailable(ConnectionError):
    """Kafka did not acknowledge in time. Publish again with the same event ids: a repeat counts once."""


class Publisher(Protocol):
    """Whatever brings records to the event topic."""

    async def send(self, records: Sequence[OutgoingRecord]) -> None:
        """Returns once every record is acknowledged by all in-sync replicas.

        Raises:
            KafkaUnavailable: at least one was not acknowledged; none, some or all of them may be stored.
        """
        ...

    async def ready(self) -> bool:
        """Whether records could be sent now."""
        ...

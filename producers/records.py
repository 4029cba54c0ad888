"""What is sent to the event topic, and by whom it may be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from daybook.schemas.topics import RECEIVED_AT_HEADER, TRACE_HEADER


class OutgoingRecord(NamedTuple):
    """One record of the event topic: key (the order_id in UTF-8), value (the event as it came), headers."""

    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


def received_header(at: datetime) -> tuple[str, bytes]:
    """The header that says when an event was received; ``at`` is aware."""
    return RECEIVED_AT_HEADER, at.astimezone(UTC).isoformat(timespec="milliseconds").encode()


_TRACEPARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def trace_headers(traceparent: str | None) -> tuple[tuple[str, bytes], ...]:
    """The header that carries a trace on (W3C Trace Context); none where there is none, or no valid one."""
    if traceparent is None or not _TRACEPARENT.fullmatch(traceparent):
        return ()
    return ((TRACE_HEADER, traceparent.encode()),)


class Unavailable(ConnectionError):
    """The far side did not acknowledge. Publish again with the same event ids: a repeat counts once."""

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        """``retry_after``: seconds for which the far side asks to be left alone."""
        self.retry_after = retry_after
        super().__init__(sentence)


class KafkaUnavailable(Unavailable):
    """Kafka did not acknowledge in time. Publish again with the same event ids: a repeat counts once."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that the far side finds wrong with a record: a stable code, the field's path, a sentence."""

    code: str
    field: str = ""
    detail: str = ""


class RecordsRefused(ValueError):
    """The far side will never take some of the records. All others of the call are acknowledged."""

    def __init__(self, refusals: Mapping[int, Sequence[Refusal]]) -> None:
        """``refusals``: what is wrong with the refused records, by position."""
        self.refusals = refusals
        first = next(iter(next(iter(refusals.values()))), Refusal("refused"))
        super().__init__(f"{len(refusals)} refused; the first: {first.field or 'event'}: {first.code}")


class RecordTooLarge(ValueError):
    """A record, or all together, is larger than the far side takes. None, some or all may be stored."""


class Publisher(Protocol):
    """Whatever brings records to the event topic."""

    async def send(self, records: Sequence[OutgoingRecord]) -> None:
        """Returns once every record is acknowledged by all in-sync replicas.

        Raises:
            Unavailable: at least one was not acknowledged; none, some or all of them may be stored.
            RecordsRefused: the others are acknowledged.
            RecordTooLarge: none, some or all of them may be stored.
        """
        ...

    async def ready(self) -> bool:
        """Whether records could be sent now."""
        ...


class Transport(Publisher, Protocol):
    """A publisher that a till has for itself. It connects when it is first needed."""

    async def stop(self, seconds: float | None = None) -> None:
        """Disconnect, waiting for no longer than that; None stands for the transport's own time limit."""
        ...

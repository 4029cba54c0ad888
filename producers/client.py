"""The client a checkout publishes with: checked before it is sent, acknowledged before it returns.

    async with SalesPublisher("127.0.0.1:9092") as publisher:
        await publisher.publish({"type": "sale.completed", "schema_version": "1.0", ...})

Publishing the same event again after a doubt is always safe: its identity is (source, event_id).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import orjson

from daybook.producers.connection import DEFAULT_TIMEOUT, KafkaConnection
from daybook.producers.records import OutgoingRecord
from daybook.schemas.codec import EventRefused, Problem, Reason, decode_event, encode_event
from daybook.schemas.events import SaleEvent
from daybook.schemas.signals.any import Signal, decode_signal, encode_signal
from daybook.schemas.signals.envelope import SignalEnvelope
from daybook.schemas.topics import EVENTS, SIGNALS

EventLike = SaleEvent | Signal | Mapping[str, Any] | bytes
"""An event or a signal as a model, as a mapping that JSON can hold, or as the bytes of its JSON."""

_YIELD_EVERY: Final = 200


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What became of the event at a position of a batch: acknowledged by Kafka, or refused."""

    position: int
    problems: tuple[Problem, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether Kafka has acknowledged the event."""
        return not self.problems


def outgoing(event: EventLike) -> OutgoingRecord:
    """The checked record of an event, keyed by its order. Bytes travel as they came.

    Raises:
        EventRefused: the event is not valid.
    """
    return checked(event)[1]


def checked(event: EventLike) -> tuple[SaleEvent, OutgoingRecord]:
    """The event as a model, and its record.

    Raises:
        EventRefused: the event is not valid.
    """
    value = encoded(event)
    model = decode_event(value)
    return model, OutgoingRecord(model.order_id.encode(), value)


def outgoing_signal(event: EventLike) -> OutgoingRecord:
    """The checked record of a signal, keyed by what it is about. Bytes travel as they came.

    Raises:
        EventRefused: the signal is not valid.
    """
    return checked_signal(event)[1]


def checked_signal(event: EventLike) -> tuple[Signal, OutgoingRecord]:
    """The signal as a model, and its record.

    Raises:
        EventRefused: the signal is not valid.
    """
    value = encoded(event)
    model = decode_signal(value)
    return model, OutgoingRecord(model.subject_id.encode(), value)


def encoded(event: EventLike) -> bytes:
    """The JSON of an event or a signal, unchecked; bytes as they came.

    Raises:
        EventRefused: it holds what JSON cannot.
    """
    if isinstance(event, bytes):
        return event
    if isinstance(event, SignalEnvelope):
        return encode_signal(event)
    if not isinstance(event, Mapping):
        return encode_event(event)
    try:
        return orjson.dumps(dict(event))
    except TypeError:
        raise EventRefused([Problem(Reason.WRONG_TYPE, "", "holds a value that JSON cannot")]) from None


class SalesPublisher:
    """Publishes sale events through an idempotent producer (acks=all, lz4, key order_id)."""

    _topic = EVENTS
    _outgoing = staticmethod(outgoing)

    def __init__(
        self,
        bootstrap: str,
        *,
        topic: str | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT,
        **options: Any,
    ) -> None:
        """``timeout_seconds`` bounds every call. ``options`` go to AIOKafkaProducer: security, client_id."""
        self._connection = KafkaConnection(
            bootstrap, topic=topic or self._topic, timeout_seconds=timeout_seconds, options=options
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Connect. Not needed before the first ``publish``, but says at once whether Kafka can be reached.

        Raises:
            KafkaUnavailable: it cannot be reached in time.
        """
        await self._connection.start()

    async def stop(self, seconds: float | None = None) -> None:
        """Send what is still on its way, for no longer than that or the time limit, and disconnect."""
        await self._connection.stop(seconds)

    async def publish(self, event: EventLike) -> None:
        """Publish one event; returns once Kafka has acknowledged it.

        Raises:
            EventRefused: it is not valid; nothing was sent.
            KafkaUnavailable: it was not acknowledged in time, and may or may not be stored.
        """
        await self.send([self._outgoing(event)])

    async def publish_many(self, events: Sequence[EventLike]) -> list[PublishResult]:
        """Publish all that are valid; one result per event, by position. A bad event holds up no good one.

        Raises:
            KafkaUnavailable: not all good events were acknowledged in time; publish the batch again.
        """
        results: list[PublishResult] = []
        records: list[OutgoingRecord] = []
        for position, event in enumerate(events):
            try:
                records.append(self._outgoing(event))
                results.append(PublishResult(position))
            except EventRefused as refused:
                results.append(PublishResult(position, tuple(refused.problems)))
            if position % _YIELD_EVERY == _YIELD_EVERY - 1:
                await asyncio.sleep(0)  # checking a long batch must not starve the connection
        await self.send(records)
        return results

    async def send(self, records: Sequence[OutgoingRecord]) -> None:
        """Send records that were checked before; see :class:`daybook.producers.records.Publisher`."""
        await self._connection.send(records)

    async def ready(self) -> bool:
        """Whether a broker answers now."""
        return await self._connection.ready()


class SignalsPublisher(SalesPublisher):
    """Publishes signals in the same way, keyed by what they are about (``subject_id``)."""

    _topic = SIGNALS
    _outgoing = staticmethod(outgoing_signal)

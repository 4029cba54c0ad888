"""What every route that takes events has in common: is there room, what came, who may, and off to Kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from copy import copy
from datetime import UTC, datetime
from typing import Final

from fastapi import Request

from daybook.producers.gateway.in_flight import Buffered, InFlight
from daybook.producers.gateway.limits import Limits
from daybook.producers.gateway.rates import Rates
from daybook.producers.gateway.reading import received
from daybook.producers.gateway.refusals import Refusal
from daybook.producers.gateway.requests import request_log
from daybook.producers.gateway.unpacking import Body
from daybook.producers.records import KafkaUnavailable, OutgoingRecord, Publisher, RecordTooLarge

Backlog = Callable[[], int | None]
"""Seconds after which to come again if the worker is too far behind; None if it is not."""

KAFKA_RETRY_SECONDS: Final = 5
STOPPED_RETRY_SECONDS: Final = 30
_log = request_log(__name__)


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Gate:
    """The one gate of a gateway; routes of every kind go through it.

        gate.hold_back()
        async with gate.body(request) as body:
            ...                                # check who it is, by body.raw
            with gate.slot(key_id):
                gate.charge(key_id, events)
                await gate.publish(records, key_id)

    Each step raises a Refusal, which the application answers.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        limits: Limits | None = None,
        backlog: Backlog | None = None,
        stopped: Callable[[], bool] = lambda: False,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self.clock = clock
        self._publisher = publisher
        self._backlog = backlog
        self._stopped = stopped
        self._monotonic = monotonic
        self._in_flight = InFlight(self.limits.in_flight, self.limits.in_flight_per_key)
        self._buffered = Buffered(self.limits.buffered_bytes)
        self._rates = Rates(rate=self.limits.events_per_second, burst=self.limits.burst_events)

    def beside(self, publisher: Publisher, backlog: Backlog | None = None) -> Gate:
        """A gate to another topic; what a key and all together may take is one account for both."""
        other = copy(self)
        other._publisher, other._backlog = publisher, backlog  # noqa: SLF001 - a gate of this very class
        return other

    def hold_back(self) -> None:
        """Take nothing more while an emergency stop holds, or while the worker is too far behind.

        Raises:
            Refusal: 503.
        """
        if self._stopped():
            told = "Everything has been stopped by its operator. Keep the events, and send them later."
            raise Refusal(503, "stopped", told, retry_after=STOPPED_RETRY_SECONDS)
        wait = self._backlog() if self._backlog is not None else None
        if wait is not None:
            raise Refusal(503, "worker_behind", "Too many events wait to be counted.", retry_after=wait)

    def body(self, request: Request) -> AbstractAsyncContextManager[Body]:
        """The request's body, as it was sent and unpacked, within its limits."""
        return received(request, self.limits, self._buffered)

    @contextmanager
    def slot(self, key_id: str) -> Iterator[None]:
        """A place among the requests under way."""
        with self._in_flight.slot(key_id):
            yield

    def charge(self, key_id: str, events: float) -> None:
        """Put events on a key's account; each request costs one at least.

        Raises:
            Refusal: 429 where the key sends faster than it may.
        """
        wait = self._rates.take(key_id, events, self._monotonic())
        if wait:
            rate = f"At most {self.limits.events_per_second:g} events a second with one key, on the long run."
            raise Refusal(429, "rate", rate, retry_after=wait)

    async def publish(self, records: Sequence[OutgoingRecord], key_id: str) -> None:
        """Returns once Kafka has acknowledged all.

        Raises:
            Refusal: 503 where it has not, 413 where one is too large for it; none, some or all may be stored.
        """
        try:
            await self._publisher.send(records)
        except KafkaUnavailable:
            _log.exception("%d events of key %s were not acknowledged", len(records), key_id)
            raise Refusal(
                503, "kafka_unavailable", "The events were not stored for certain. Send them again.",
                retry_after=KAFKA_RETRY_SECONDS,
            ) from None  # fmt: skip
        except RecordTooLarge:
            _log.exception("%d events of key %s hold one that Kafka does not take", len(records), key_id)
            raise Refusal(
                413, "too_large_for_kafka", "An event is larger than Kafka is set to take."
            ) from None

    async def check_ready(self) -> None:
        """Whether events could be published now.

        Raises:
            Refusal: 503 where they could not.
        """
        self.hold_back()
        if not await self._publisher.ready():
            raise Refusal(503, "kafka_unavailable", "Kafka does not answer.", retry_after=KAFKA_RETRY_SECONDS)

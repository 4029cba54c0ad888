"""A connection to Kafka that never keeps its caller waiting without bound.

aiokafka's idempotent producer never gives up a batch while the broker is away. Here a caller is told after
the time limit, and until the batches it left behind are settled every further call fails at once: what piles
up behind a broker that is away is bounded by one time limit's worth of calls.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from daybook.producers.records import KafkaUnavailable, OutgoingRecord, RecordTooLarge

DEFAULT_TIMEOUT: Final = 30.0
_LINGER_MS: Final = 5
_READY_SECONDS: Final = 3.0
_log = logging.getLogger(__name__)


class KafkaConnection:
    """An idempotent producer for one topic that starts when it is first needed, and anew where it broke."""

    def __init__(
        self, bootstrap: str, *, topic: str, timeout_seconds: float, options: Mapping[str, Any]
    ) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._timeout = timeout_seconds
        self._options = {"client_id": "daybook-publisher", "linger_ms": _LINGER_MS, **options}
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._unsettled: set[asyncio.Future[Any]] = set()

    async def start(self) -> None:
        """Connect, if not connected.

        Raises:
            KafkaUnavailable: not within the time limit.
        """
        await self._connected()

    async def _connected(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                self._producer = await self._new_producer()
            return self._producer

    async def _new_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            compression_type="lz4",
            request_timeout_ms=int(self._timeout * 1000),
            **self._options,
        )
        try:
            async with asyncio.timeout(self._timeout):
                await producer.start()
        except (KafkaError, TimeoutError, OSError) as error:
            await self._close(producer)
            raise self._unavailable("cannot be reached") from error
        return producer

    async def ready(self) -> bool:
        """Whether a broker answers now, and nothing sent before waits beyond its time."""
        if any(not future.done() for future in self._unsettled):
            return False
        try:
            producer = await self._connected()
            async with asyncio.timeout(_READY_SECONDS):
                return bool(await producer.client.force_metadata_update())
        except (KafkaUnavailable, KafkaError, TimeoutError):
            return False

    async def send(self, records: Sequence[OutgoingRecord]) -> None:
        """Send and wait for the acknowledgements, both within the time limit.

        Raises:
            KafkaUnavailable: at least one record is not acknowledged.
            RecordTooLarge: a record is larger than the producer's ``max_request_size`` or the broker's limit.
        """
        if not records:
            return
        self._unsettled = {future for future in self._unsettled if not future.done()}
        if self._unsettled:
            raise self._unavailable("has not acknowledged earlier events yet")
        producer = await self._connected()
        deadline = asyncio.get_running_loop().time() + self._timeout
        try:
            async with asyncio.timeout_at(deadline):
                futures = [await self._enqueue(producer, record) for record in records]
        except MessageSizeTooLargeError as error:
            raise RecordTooLarge("a record is larger than the producer's max_request_size") from error
        except (KafkaError, TimeoutError) as error:
            await self._forget(producer)
            raise self._unavailable(f"did not take events for the topic {self._topic}") from error
        await self._acknowledged(producer, futures, deadline)

    async def _enqueue(self, producer: AIOKafkaProducer, record: OutgoingRecord) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = await producer.send(
            self._topic, key=record.key, value=record.value, headers=list(record.headers)
        )
        # Should the caller be gone by then, a failure is no news to anybody.
        future.add_done_callback(_look_at)
        return future

    async def _acknowledged(
        self, producer: AIOKafkaProducer, futures: list[asyncio.Future[Any]], deadline: float
    ) -> None:
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        done, pending = await asyncio.wait(futures, timeout=left)
        failed = next((error for future in done if (error := future.exception()) is not None), None)
        if failed is not None:
            # An idempotent producer that has lost its sequence stays broken: the next call gets a new one.
            await self._forget(producer)
            if isinstance(failed, MessageSizeTooLargeError):
                raise RecordTooLarge("a record is larger than the broker takes") from failed
            raise self._unavailable("refused the events") from failed
        if pending:
            if self._producer is producer:
                self._unsettled |= pending
            raise self._unavailable(f"did not acknowledge within {self._timeout:g} s")

    async def stop(self, seconds: float | None = None) -> None:
        """Flush within the seconds, or the time limit, and disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await self._close(producer, seconds)

    async def _forget(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._producer = None
            self._unsettled.clear()  # they settle no more
        await self._close(producer, seconds=1.0)

    async def _close(self, producer: AIOKafkaProducer, seconds: float | None = None) -> None:
        try:
            async with asyncio.timeout(self._timeout if seconds is None else seconds):
                await producer.stop()
        except (TimeoutError, KafkaError):
            # stop() waits for its batches for as long as the broker is away, with the sender still running.
            _log.warning("Kafka at %s is away: batches on their way were given up", self._bootstrap)
            task = producer._sender.sender_task  # noqa: SLF001 - there is no public way to abandon them
            if task is not None:
                task.cancel()
            await producer.client.close()

    def _unavailable(self, what: str) -> KafkaUnavailable:
        return KafkaUnavailable(
            f"Kafka at {self._bootstrap} {what}. Publish again with the same event ids: a repeat counts once."
        )


def _look_at(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()

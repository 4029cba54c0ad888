"""An emergency stop: said once, kept in Kafka, and obeyed by every process until it is lifted.

Whoever counts, writes, decides or tells ends in order, after a last checkpoint, and waits; gateways answer
503 and senders keep what they have. Nothing that was acknowledged is lost, and each goes on where it stood.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from daybook.brokers import client_security
from daybook.epochs import META
from daybook.settings import Settings

log = logging.getLogger(__name__)

_KEY: Final = b"emergency-stop"
_PLACE: Final = TopicPartition(META, 0)
_TIMEOUT_MS: Final = 15_000
_FETCH_MS: Final = 1000
_WAIT_SECONDS: Final = 5.0
Run = Callable[[Settings, asyncio.Event], Awaitable[None]]
"""Works until its event is set, and ends in order."""


class Stop(NamedTuple):
    """Why everything stands still, since when (ISO 8601, UTC), and who said so."""

    reason: str
    since: str
    by: str


async def say_stop(settings: Settings, stop: Stop | None) -> None:
    """Stop everything, or with None lift the stop.

    Raises:
        KafkaError: Kafka does not keep it.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap,
        acks="all",
        enable_idempotence=True,
        request_timeout_ms=_TIMEOUT_MS,
        **client_security(settings),
    )
    await producer.start()
    try:
        value = None if stop is None else orjson.dumps(stop._asdict())
        await producer.send_and_wait(META, value, key=_KEY, partition=_PLACE.partition)
    finally:
        await producer.stop()


async def read_stop(settings: Settings) -> Stop | None:
    """The stop that holds, if one does.

    Raises:
        KafkaError: Kafka cannot be asked.
    """
    follower = StopFollower(settings.kafka_bootstrap, client_security(settings))
    async with follower.reading():
        return follower.stop


class StopFollower:
    """Knows whether a stop holds. While Kafka is away, what was known last goes on."""

    def __init__(self, bootstrap: str, security: Mapping[str, Any] | None = None) -> None:
        self._bootstrap = bootstrap
        self._security = security or {}
        self.stop: Stop | None = None
        self.changed = asyncio.Event()
        """Set with every change; whoever waits for one clears it."""

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AIOKafkaConsumer]:
        """Connected, and with all read that stands there by now. Raises KafkaError where Kafka is away."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=None,
            request_timeout_ms=_TIMEOUT_MS,
            auto_offset_reset="earliest",
            **self._security,
        )
        try:
            await consumer.start()
            if META in await consumer.topics():
                consumer.assign([_PLACE])
                end = (await consumer.end_offsets([_PLACE]))[_PLACE]
                await consumer.seek_to_beginning(_PLACE)
                last: bytes | None = None
                while await consumer.position(_PLACE) < end:
                    for value in await self._told(consumer):
                        last = value
                # Not before: stops that were lifted long ago stand there as well.
                self._now(last)
            yield consumer
        finally:
            await consumer.stop()

    async def follow(self) -> None:
        """Go on reading until cancelled."""
        while True:
            try:
                async with self.reading() as consumer:
                    while consumer.assignment():
                        for value in await self._told(consumer):
                            self._now(value)
            except (KafkaError, OSError, TimeoutError):
                log.debug("%s cannot be read; trying again", META, exc_info=True)
            await asyncio.sleep(_WAIT_SECONDS)

    @staticmethod
    async def _told(consumer: AIOKafkaConsumer) -> list[bytes | None]:
        got = await consumer.getmany(timeout_ms=_FETCH_MS)
        return [record.value for records in got.values() for record in records if record.key == _KEY]

    def _now(self, value: bytes | None) -> None:
        stop = None if value is None else Stop(**orjson.loads(value))
        if stop != self.stop:
            self.stop = stop
            self.changed.set()


async def obeying(run: Run, settings: Settings, stopping: asyncio.Event) -> None:
    """Run whenever no stop holds, until ``stopping`` is set or the run ends by itself.

    Raises:
        KafkaError: Kafka cannot be asked at the start; and whatever the run raises.
    """
    follower = StopFollower(settings.kafka_bootstrap, client_security(settings))
    async with follower.reading():
        pass
    following = asyncio.create_task(follower.follow(), name="emergency stop")
    try:
        while not stopping.is_set():
            if follower.stop is not None:
                log.warning("Standing still since %s: %s", follower.stop.since, follower.stop.reason)
                await _either(stopping, follower)
                continue
            ending = asyncio.Event()
            turn = asyncio.create_task(_end_when_stopped(ending, stopping, follower))
            try:
                # Each run settles for itself how many partitions there are: they may have become more.
                await run(settings.model_copy(), ending)
            finally:
                turn.cancel()
                await asyncio.gather(turn, return_exceptions=True)
            if not ending.is_set():
                return
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _end_when_stopped(ending: asyncio.Event, stopping: asyncio.Event, follower: StopFollower) -> None:
    while not stopping.is_set() and follower.stop is None:
        await _either(stopping, follower)
    ending.set()


async def _either(stopping: asyncio.Event, follower: StopFollower) -> None:
    """Return once the process is told to end, or the stop has changed."""
    follower.changed.clear()
    told = [asyncio.create_task(event.wait()) for event in (stopping, follower.changed)]
    try:
        await asyncio.wait(told, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in told:
            task.cancel()
        await asyncio.gather(*told, return_exceptions=True)

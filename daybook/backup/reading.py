"""Reading topics for a backup: what a compacted partition comes to, and what is not counted yet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from daybook.backup.files import Kept, write_records
from daybook.brokers import client_security
from daybook.ledger.regrouping import State
from daybook.operations.base import CannotAct
from daybook.settings import Settings
from daybook.streams.writer import BARRIER

PATIENCE: Final = 120.0
_PAUSE: Final = 0.5
_ATTEMPTS: Final = 20
_BATCH: Final = 10_000


async def newest(settings: Settings, topic: str, partition: int) -> State:
    """What a compacted partition comes to; committed records only."""
    state: State = {}
    async with reading(settings, topic, partition) as (consumer, place):
        async for record in _records(consumer, place):
            if record.value is None:
                state.pop(record.key, None)
            elif record.key != BARRIER:
                state[record.key] = record.value
    return state


async def tail(settings: Settings, topic: str, partition: int, offset: int, path: Path) -> None:
    """Write the records from an offset on, up to the end as of now."""
    async with reading(settings, topic, partition) as (consumer, place):
        first = (await consumer.beginning_offsets([place]))[place]
        consumer.seek(place, max(offset, first))
        kept = [Kept(r.key, r.value, list(r.headers)) async for r in _records(consumer, place)]
    write_records(path, kept)


async def _records(consumer: AIOKafkaConsumer, place: TopicPartition) -> AsyncIterator[Any]:
    """The records from where the consumer stands up to the end as of now."""
    end = (await consumer.end_offsets([place]))[place]
    empty = 0
    while await consumer.position(place) < end and empty < _ATTEMPTS:
        got = await consumer.getmany(timeout_ms=500, max_records=_BATCH)
        empty = 0 if got else empty + 1
        for records in got.values():
            for record in records:
                if record.offset < end:
                    yield record


@asynccontextmanager
async def reading(
    settings: Settings, topic: str, partition: int
) -> AsyncIterator[tuple[AIOKafkaConsumer, TopicPartition]]:
    """A consumer of one partition's committed records from its beginning, in no group."""
    place = TopicPartition(topic, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        **client_security(settings),
    )
    await consumer.start()
    try:
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        yield consumer, place
    finally:
        await consumer.stop()


async def until(written: Callable[[], bool]) -> None:
    """Wait until ClickHouse holds what is counted.

    Raises:
        CannotAct: it does not in two minutes.
    """
    deadline = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(written):
        if time.monotonic() > deadline:
            raise CannotAct(
                "ClickHouse does not hold yet what is counted; see that the sink runs, then try again."
            )
        await asyncio.sleep(_PAUSE)

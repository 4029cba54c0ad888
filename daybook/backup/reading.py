"""Reading topics for a backup: what a compacted partition comes to, and what is not counted yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from daybook.backup.files import Kept, write_records
from daybook.brokers import client_security
from daybook.ledger.counting import TOTAL
from daybook.ledger.regrouping import POSITION, State
from daybook.settings import Settings
from daybook.streams.writer import BARRIER

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


def told_totals(state: State, partition: int) -> State:
    """What a worker has told of totals, with its position, when its state stood so."""
    told = {key.removeprefix(TOTAL): value for key, value in state.items() if key.startswith(TOTAL)}
    return told | ({b"position|%d" % partition: state[POSITION]} if POSITION in state else {})


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

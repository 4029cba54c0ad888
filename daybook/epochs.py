"""The source topics' epochs, kept in Kafka beside it: ``daybook.meta`` holds the newest of each.

It is raised before the topic is created, never after: should that process end in between, the next one raises
it once more, while an epoch used for two topics could not be told from one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from daybook.ledger.positions import epoch_at
from daybook.schemas import topics

META: Final = "daybook.meta"
_KEYS: Final = {topics.EVENTS: b"epoch", topics.SIGNALS: b"signals-epoch"}
_TIMEOUT_MS: Final = 15_000


async def read_epoch(bootstrap: str, topic: str = topics.EVENTS) -> int | None:
    """The recorded epoch of a source topic, in minutes since 2020; None where none was ever recorded.

    Raises:
        KafkaError: Kafka cannot be asked.
    """
    place = TopicPartition(META, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        request_timeout_ms=_TIMEOUT_MS,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        if META not in await consumer.topics():
            return None
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        await consumer.seek_to_beginning(place)
        epoch: int | None = None
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(place, timeout_ms=1000)).values():
                for record in records:
                    if record.key == _KEYS[topic] and record.value is not None:
                        epoch = int(orjson.loads(record.value)["epoch"])
        return epoch
    finally:
        await consumer.stop()


async def raise_epoch(
    bootstrap: str, partitions: int, *, topic: str = topics.EVENTS, now: datetime | None = None
) -> int:
    """Record the next epoch, above all before it, with the partition count that holds for it.

    ``now`` is this moment unless said otherwise.

    Raises:
        KafkaError: Kafka cannot be asked or does not keep it.
    """
    last = await read_epoch(bootstrap, topic)
    epoch = max(0 if last is None else last + 1, epoch_at(now or datetime.now(UTC)))
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, request_timeout_ms=_TIMEOUT_MS
    )
    await producer.start()
    try:
        value = orjson.dumps({"epoch": epoch, "partitions": partitions})
        await producer.send_and_wait(META, value, key=_KEYS[topic], partition=0)
    finally:
        await producer.stop()
    return epoch

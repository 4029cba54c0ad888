"""The source topics' epochs, kept in Kafka beside it: ``daybook.meta`` holds the newest of each.

It is raised before the topic is created, never after: should that process end in between, the next one raises
it once more, while an epoch used for two topics could not be told from one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from daybook.ledger.positions import epoch_at
from daybook.schemas import topics

META: Final = "daybook.meta"
_KEYS: Final = {topics.EVENTS: b"epoch", topics.SIGNALS: b"signals-epoch"}
Security = Mapping[str, Any]
"""Further options of a Kafka client: see ``daybook.brokers``."""
PLAIN: Final[Security] = {}
_TIMEOUT_MS: Final = 15_000


class Recorded(NamedTuple):
    """An epoch, and the number of partitions that holds for it."""

    epoch: int
    partitions: int


async def read_epoch(bootstrap: str, topic: str = topics.EVENTS, security: Security = PLAIN) -> int | None:
    """The recorded epoch of a source topic, in minutes since 2020; None where none was ever recorded.

    Raises:
        KafkaError: Kafka cannot be asked.
    """
    recorded = await read_recorded(bootstrap, topic, security)
    return None if recorded is None else recorded.epoch


async def read_recorded(
    bootstrap: str, topic: str = topics.EVENTS, security: Security = PLAIN
) -> Recorded | None:
    """The newest recorded epoch with its partitions; None where none was ever recorded.

    Raises:
        KafkaError: Kafka cannot be asked.
    """
    place = TopicPartition(META, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        request_timeout_ms=_TIMEOUT_MS,
        auto_offset_reset="earliest",
        **security,
    )
    try:
        await consumer.start()
        if META not in await consumer.topics():
            return None
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        await consumer.seek_to_beginning(place)
        recorded: Recorded | None = None
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(place, timeout_ms=1000)).values():
                for record in records:
                    if record.key == _KEYS[topic] and record.value is not None:
                        value = orjson.loads(record.value)
                        recorded = Recorded(int(value["epoch"]), int(value["partitions"]))
        return recorded
    finally:
        await consumer.stop()


async def raise_epoch(
    bootstrap: str,
    partitions: int,
    *,
    topic: str = topics.EVENTS,
    now: datetime | None = None,
    security: Security = PLAIN,
) -> int:
    """Record the next epoch, above all before it, with the partition count that holds for it.

    ``now`` is this moment unless said otherwise.

    Raises:
        KafkaError: Kafka cannot be asked or does not keep it.
    """
    epoch = next_epoch(await read_epoch(bootstrap, topic, security), now=now)
    await record_epoch(bootstrap, Recorded(epoch, partitions), security, topic=topic)
    return epoch


def next_epoch(last: int | None, *, now: datetime | None = None) -> int:
    """The epoch after the last: this minute, or one more where that is taken."""
    return max(0 if last is None else last + 1, epoch_at(now or datetime.now(UTC)))


async def record_epoch(
    bootstrap: str, recorded: Recorded, security: Security = PLAIN, *, topic: str = topics.EVENTS
) -> None:
    """Record an epoch with the partition count that holds for it.

    Raises:
        KafkaError: Kafka does not keep it.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        request_timeout_ms=_TIMEOUT_MS,
        **security,
    )
    await producer.start()
    try:
        value = orjson.dumps(recorded._asdict())
        await producer.send_and_wait(META, value, key=_KEYS[topic], partition=0)
    finally:
        await producer.stop()

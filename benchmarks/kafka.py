"""The broker of a run, its topics, and what it costs."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from benchmarks.stream import PARTITIONS, Sent
from daybook.schemas import topics
from daybook.topics import create_topics, planned_topics
from tests.support.kafka.broker import KafkaBroker
from tests.support.kafka.jars import fetch_jars

_SECONDS: Final = 60.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Broker:
    """A broker's address, and its process id if it was started here."""

    bootstrap: str
    pid: int | None

    def cpu_seconds(self) -> float | None:
        """Processor time that the broker has taken so far; None where it is somebody else's."""
        if self.pid is None:
            return None
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def broker() -> Iterator[Broker]:
    """The broker at ``KAFKA_BOOTSTRAP``, or one of one's own on loopback, with its data in a fresh folder."""
    if address := os.environ.get("KAFKA_BOOTSTRAP"):
        yield Broker(address, None)
        return
    with tempfile.TemporaryDirectory(prefix="bench-kafka-") as folder:
        server = KafkaBroker(Path(folder) / "broker", fetch_jars())
        server.start()
        try:
            yield Broker(server.bootstrap, server.pid)
        finally:
            server.stop()


def daybook_topics(bootstrap: str, application: str) -> None:
    """Create Daybook's topics, with the changelog of this application."""
    plans = planned_topics(
        partitions=PARTITIONS,
        replication_factor=1,
        application=application,
        retention=timedelta(days=7),
    )
    asyncio.run(create_topics(bootstrap, plans))


def delete_topics(bootstrap: str, names: Sequence[str]) -> None:
    """Delete topics, and wait until they are gone."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    there = set(admin.list_topics(timeout=_SECONDS).topics)
    for future in admin.delete_topics([name for name in names if name in there] or [""]).values():
        if any(name in there for name in names):
            future.result(_SECONDS)
    deadline = time.monotonic() + _SECONDS
    while set(admin.list_topics(timeout=_SECONDS).topics) & set(names):
        if time.monotonic() > deadline:
            raise TimeoutError("a topic was not deleted")
        time.sleep(0.1)


def fill(bootstrap: str, topic: str, records: Sequence[Sent]) -> None:
    """Publish the records into a topic, which is created if it is not Daybook's own."""
    if topic != topics.EVENTS:
        admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        for future in admin.create_topics([NewTopic(topic, PARTITIONS, 1)]).values():
            future.result(_SECONDS)
    producer = Producer(
        {"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 20, "log_level": 0}
    )
    for record in records:
        while True:
            try:
                producer.produce(topic, record.value, record.key, record.partition)
                break
            except BufferError:
                producer.poll(0.1)
    if producer.flush(_SECONDS):
        raise TimeoutError(f"{topic} was not filled")


def ends(bootstrap: str, topic: str) -> list[int]:
    """The end offset of each partition."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench-ends", "log_level": 0})
    try:
        return [
            consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=_SECONDS)[1]
            for p in range(PARTITIONS)
        ]
    finally:
        consumer.close()


def newest_values(bootstrap: str, topic: str, begin: Sequence[int]) -> list[bytes]:
    """The newest committed value of each key of each partition, from these offsets to the end."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "bench-newest",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "log_level": 0,
        }
    )
    consumer.assign([TopicPartition(topic, p, offset or OFFSET_BEGINNING) for p, offset in enumerate(begin)])
    newest: dict[tuple[int, bytes], bytes] = {}
    finished: set[int] = set()
    deadline = time.monotonic() + _SECONDS
    while len(finished) < PARTITIONS and time.monotonic() < deadline:
        for message in consumer.consume(10_000, 1.0):
            partition, key, value = message.partition(), message.key(), message.value()
            assert partition is not None
            if message.error() is not None:
                finished.add(partition)
            elif isinstance(key, bytes) and isinstance(value, bytes):
                newest[partition, key] = value
    consumer.close()
    if len(finished) < PARTITIONS:
        raise TimeoutError(f"{topic} was not read to its end")
    return list(newest.values())

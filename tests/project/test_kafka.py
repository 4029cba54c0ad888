from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import ProducerFenced, UnknownTopicOrPartitionError

from tests.support.kafka import KafkaBroker
from tests.support.kafka.jars import fetch_jars


@asynccontextmanager
async def topic(bootstrap: str, name: str | None = None) -> AsyncIterator[str]:
    """A topic of one partition, made for the occasion."""
    name = name or f"test.{uuid.uuid4().hex[:12]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
        yield name
    finally:
        await admin.close()


async def read_committed(bootstrap: str, name: str) -> list[bytes]:
    """All committed values of a topic's one partition, up to its last stable offset."""
    partition = TopicPartition(name, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None, isolation_level="read_committed")
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        values: list[bytes] = []
        while await consumer.position(partition) < end:
            batches = await consumer.getmany(partition, timeout_ms=500)
            values += [record.value for record in batches.get(partition, [])]
        return values
    finally:
        await consumer.stop()


@asynccontextmanager
async def transactional(bootstrap: str, transactional_id: str) -> AsyncIterator[AIOKafkaProducer]:
    """A started producer with an id for its transactions."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=transactional_id, acks="all")
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def test_only_committed_records_are_read(kafka: str) -> None:
    """A reader of committed records sees the committed transaction and nothing of the aborted one."""
    async with topic(kafka) as name, transactional(kafka, name) as producer:
        async with producer.transaction():
            await producer.send_and_wait(name, b"counted")
        await producer.begin_transaction()
        await producer.send_and_wait(name, b"aborted")
        await producer.abort_transaction()
        async with producer.transaction():
            await producer.send_and_wait(name, b"counted too")
        assert await read_committed(kafka, name) == [b"counted", b"counted too"]


async def test_a_successor_fences_its_predecessor(kafka: str) -> None:
    """A producer that starts with the same transactional id shuts out the one before it."""
    async with topic(kafka) as name, transactional(kafka, name) as zombie:
        await zombie.begin_transaction()
        async with transactional(kafka, name) as successor:
            with pytest.raises(ProducerFenced):
                await zombie.send_and_wait(name, b"from the past")
            async with successor.transaction():
                await successor.send_and_wait(name, b"from its successor")
        assert await read_committed(kafka, name) == [b"from its successor"]


async def test_topics_are_never_made_by_writing(kafka: str) -> None:
    """The broker refuses a topic that nobody created, as a production cluster should."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        described = await admin.describe_topics([f"test.{uuid.uuid4().hex[:12]}"])
    finally:
        await admin.close()
    assert [entry["error_code"] for entry in described] == [UnknownTopicOrPartitionError.errno]


async def test_a_killed_broker_comes_back_with_its_data(kafka_broker: KafkaBroker) -> None:
    """What was acknowledged before a SIGKILL is there after the start, at the same address."""
    before = kafka_broker.bootstrap
    async with topic(before) as name, transactional(before, name) as producer, producer.transaction():
        await producer.send_and_wait(name, b"kept")
    await asyncio.to_thread(kafka_broker.kill)
    assert not await asyncio.to_thread(kafka_broker.ready)
    await asyncio.to_thread(kafka_broker.start)
    assert kafka_broker.bootstrap == before
    assert await read_committed(before, name) == [b"kept"]


@pytest.mark.usefixtures("kafka")
def test_a_cluster_id_may_begin_with_a_dash(tmp_path: Path) -> None:
    """One random id in 64 begins with a dash, and Kafka's storage is formatted for it all the same."""
    broker = KafkaBroker(tmp_path / "broker", fetch_jars(), cluster_id="-WPuFxUxTTK8pyDqT3Dzgw")
    broker._format()
    assert broker.cluster_id in (tmp_path / "broker" / "data" / "meta.properties").read_text()

"""The worker's backlog, read from Kafka."""

from __future__ import annotations

import asyncio
import uuid

from aiokafka import AIOKafkaConsumer, TopicPartition

from daybook.producers.backlog import RETRY_SECONDS, WorkerBacklog
from daybook.producers.client import SalesPublisher
from tests.producers.test_client import make_topic
from tests.support.sales import sale


async def becomes(backlog: WorkerBacklog, events: int) -> None:
    """Wait until the backlog has that many events; the test's own limit ends it."""
    while backlog.events != events:
        await asyncio.sleep(0.05)


async def test_what_the_group_has_not_committed_is_behind(kafka: str) -> None:
    """Ten events wait until the group commits; above the limit the gateway is told when to come again."""
    topic, group = f"events-{uuid.uuid4().hex}", f"group-{uuid.uuid4().hex}"
    await make_topic(kafka, topic)
    backlog = WorkerBacklog(kafka, group=group, limit=9, topic=topic)
    assert backlog() is None
    async with SalesPublisher(kafka, topic=topic) as publisher:
        await publisher.publish_many([sale(n) for n in range(10)])
    watching = asyncio.create_task(backlog.run())
    await becomes(backlog, 10)
    assert backlog() == RETRY_SECONDS
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    places = [TopicPartition(topic, partition) for partition in range(4)]
    consumer.assign(places)
    await consumer.commit(await consumer.end_offsets(places))
    await consumer.stop()
    await becomes(backlog, 0)
    assert backlog() is None
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_without_kafka_the_backlog_is_unknown_and_holds_nobody_up() -> None:
    """An unknown backlog is no reason to refuse: whether Kafka is there shows when sending."""
    backlog = WorkerBacklog("127.0.0.1:1", group="g", limit=0)
    watching = asyncio.create_task(backlog.run())
    await asyncio.sleep(0.2)
    assert not watching.done()
    assert backlog() is None
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

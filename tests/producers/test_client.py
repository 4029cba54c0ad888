"""The client, on a real Kafka and without one."""

from __future__ import annotations

import asyncio
import uuid

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from daybook.producers.client import SalesPublisher, outgoing
from daybook.producers.records import KafkaUnavailable
from daybook.schemas.codec import EventRefused, Reason, decode_event
from tests.support.kafka.broker import KafkaBroker
from tests.support.ports import free_port
from tests.support.sales import sale


async def make_topic(bootstrap: str, name: str) -> None:
    """A topic of four partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 4, 1)])
    await admin.close()


@pytest.fixture
async def topic(kafka: str) -> str:
    """A topic of its own for each test."""
    name = f"events-{uuid.uuid4().hex}"
    await make_topic(kafka, name)
    return name


async def read(bootstrap: str, topic: str, count: int) -> list[ConsumerRecord]:
    """The first records of a topic, from all partitions."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    records: list[ConsumerRecord] = []
    while len(records) < count:
        for batch in (await consumer.getmany(timeout_ms=1000)).values():
            records += batch
    await consumer.stop()
    return records


async def test_a_published_event_is_in_kafka_under_its_order(kafka: str, topic: str) -> None:
    """A model, a mapping and bytes arrive as one and the same event, keyed by order_id."""
    forms = [sale(1), orjson.dumps(sale(1)), decode_event(orjson.dumps(sale(1)))]
    async with SalesPublisher(kafka, topic=topic) as publisher:
        for form in forms:
            await publisher.publish(form)
    records = await read(kafka, topic, 3)
    assert [record.key for record in records] == [b"order-1"] * 3
    assert len({record.partition for record in records}) == 1
    assert len({decode_event(record.value).model_dump_json() for record in records}) == 1


async def test_one_bad_event_among_500_is_refused_alone(kafka: str, topic: str) -> None:
    """The bad event's position says why; the other 499 are stored."""
    events = [sale(n) for n in range(500)]
    events[123]["charged"] = 1
    async with SalesPublisher(kafka, topic=topic) as publisher:
        results = await publisher.publish_many(events)
    assert [result.position for result in results if not result.accepted] == [123]
    assert results[123].problems[0].reason is Reason.ORDER_SUM
    keys = {record.key for record in await read(kafka, topic, 499)}
    assert keys == {f"order-{n}".encode() for n in range(500) if n != 123}


async def test_a_topic_that_is_not_there_is_said(kafka: str) -> None:
    """A missing topic ends in the client's own error within the time limit, and not in waiting."""
    async with SalesPublisher(kafka, topic="never-created", timeout_seconds=2) as publisher:
        with pytest.raises(KafkaUnavailable, match="never-created"):
            await publisher.publish(sale())


async def test_a_broker_that_goes_away_and_comes_back(kafka_broker: KafkaBroker) -> None:
    """While the broker is away every call fails in time; afterwards the same client publishes again."""
    await make_topic(kafka_broker.bootstrap, "events")
    publisher = SalesPublisher(kafka_broker.bootstrap, topic="events", timeout_seconds=3)
    await publisher.publish(sale(1))
    await asyncio.to_thread(kafka_broker.kill)
    for _ in range(2):
        with pytest.raises(KafkaUnavailable):
            await publisher.publish(sale(2))
    await asyncio.to_thread(kafka_broker.start)
    for _ in range(30):
        try:
            await publisher.publish(sale(2))
            break
        except KafkaUnavailable:
            await asyncio.sleep(1)
    await publisher.stop()
    records = await read(kafka_broker.bootstrap, "events", 2)
    assert {record.key for record in records} == {b"order-1", b"order-2"}


async def test_no_kafka_at_all_is_said() -> None:
    """With nobody on the port, start ends in a sentence that names the address."""
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(KafkaUnavailable, match=address):
        await SalesPublisher(address, timeout_seconds=2).start()


async def test_nothing_is_sent_of_an_invalid_event() -> None:
    """An invalid event is refused before the client so much as connects."""
    publisher = SalesPublisher(f"127.0.0.1:{free_port()}", timeout_seconds=2)
    with pytest.raises(EventRefused):
        await publisher.publish(sale(charged=1))


@pytest.mark.parametrize(
    "event", [{"type": object()}, {**sale(), "lines": {1, 2}}, {**sale(), "charged": 2**70}]
)
def test_what_json_cannot_hold_is_refused(event: dict[str, object]) -> None:
    """Mappings with values that JSON does not know are refused like any other bad event."""
    with pytest.raises(EventRefused) as refused:
        outgoing(event)
    assert refused.value.problem.reason is Reason.WRONG_TYPE

"""The watcher as it is put together, on a real Kafka: totals and targets in, projections out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from daybook.ledger.messages import encode
from daybook.producers.client import SalesPublisher
from daybook.producers.records import OutgoingRecord
from daybook.schemas import topics
from daybook.schemas.plans import decode_target, encode_target
from daybook.schemas.projections import Projections, ProjectionSnapshot
from daybook.settings import Settings
from daybook.topics import create_topics, planned_topics
from daybook.watcher import run_watcher
from tests.streams.test_projecting import PLANS, bucket
from tests.support.kafka.broker import KafkaBroker

LIMIT = 90.0


def settings(folder: Path, bootstrap: str) -> Settings:
    """A store in UTC, and a watcher that decides often."""
    stores = folder / "stores.json"
    stores.write_bytes(
        orjson.dumps({"stores": [{"store_id": "pier-9", "region": "North", "days": [{"zone": "UTC"}]}]})
    )
    return Settings(
        kafka_bootstrap=bootstrap, partitions=1, stores_file=stores, tick_seconds=0.5, session_timeout=6
    )


async def told_totals(bootstrap: str, now: datetime) -> None:
    """Have a partition tell of eight weeks, and of today."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for week in range(9):
            day = now - timedelta(weeks=week)
            value = encode(bucket(day, 0, 1000 if week else 400))
            key = f"sales|{day.date().isoformat()}|GBP|store_quarter|0".encode()
            await producer.send_and_wait(topics.TOTALS, value, key=key, partition=0)


async def first_projection(bootstrap: str) -> ProjectionSnapshot:
    """The first snapshot of a store that is told."""
    place = TopicPartition(topics.PROJECTIONS, 0)
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", isolation_level="read_committed"
    ) as consumer:
        consumer.assign([place])
        while True:
            record = await consumer.getone()
            found = Projections.model_validate_json(record.value).snapshots
            if found:
                return found[0]


async def test_it_tells_projections_of_what_is_counted_and_planned(
    kafka_broker: KafkaBroker, tmp_path: Path
) -> None:
    """The day's sales stand against the same weekday's usual and the published target."""
    bootstrap, now = kafka_broker.bootstrap, datetime.now(UTC)
    own = settings(tmp_path, bootstrap)
    plans = planned_topics(
        partitions=1, replication_factor=1, application=own.application, retention=timedelta(days=1)
    )
    await create_topics(bootstrap, plans)
    example = decode_target((PLANS / "target--week-of-a-store.json").read_bytes())
    target = example.model_copy(update={"first": (now - timedelta(days=9)).date(), "last": None})
    target = target.model_copy(update={"set_at": now - timedelta(days=10)})
    async with SalesPublisher(bootstrap, topic=topics.TARGETS) as publisher:
        await publisher.send([OutgoingRecord(*encode_target(target))])
    await told_totals(bootstrap, now)
    stopping = asyncio.Event()
    watching = asyncio.create_task(run_watcher(own, stopping))
    try:
        async with asyncio.timeout(LIMIT):
            found = await first_projection(bootstrap)
    finally:
        stopping.set()
        await watching
    assert (found.scope, found.key, found.actual, found.target) == ("store", "pier-9", 400, 1_250_000)
    assert found.close is not None
    assert found.close >= 400

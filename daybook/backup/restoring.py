"""A restore into an empty Kafka and an empty ClickHouse: what was counted, and what was on its way."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from daybook.backup.files import Kept, Manifest, opened_backup, read_records
from daybook.backup.making import single_topics
from daybook.backup.reading import told_totals
from daybook.backup.signals import signal_states
from daybook.brokers import client_security
from daybook.epochs import Recorded, next_epoch, read_recorded, record_epoch
from daybook.ledger.counting import Checkpoint
from daybook.operations.base import CannotAct, need_one_shard
from daybook.schemas import topics
from daybook.settings import Settings
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from daybook.streams.writer import CheckpointWriter
from daybook.topics import changelog_of, create_topics, planned_topics

_AT_ONCE = 1000


async def restore(
    settings: Settings, store: Store, folder: Path, *, files_to: Path | None, retention: timedelta
) -> Manifest:
    """Bring back a backup; the files that settings named go to ``files_to``, if it is given.

    Nothing is overwritten: topics and tables have to be empty, and files not there.

    Raises:
        CannotAct: the backup is not whole, or what it would go to is not empty.
        KafkaUnavailable, KafkaError: Kafka did not take part.
        StoreUnavailable, StoreRefused: ClickHouse did not.
        CheckpointFailedError: a partition's state could not be written.
    """
    manifest = opened_backup(folder)
    await _check_empty(settings, store)
    if files_to is not None:
        _copy_back(folder / "files", files_to)
    await _make_topics(settings, manifest, retention)
    await asyncio.to_thread(migrate, store)
    for table in manifest.tables:
        await asyncio.to_thread(store.load, table.name, table.columns, folder / f"table-{table.name}.native")
    await _give_states(settings, manifest, folder)
    for plan in single_topics(settings):
        path = folder / f"topic-{plan.name}.ndjson"
        if path.is_file():
            await _send(settings, plan.name, 0, read_records(path))
    for partition in range(manifest.partitions):
        await _send(settings, topics.EVENTS, partition, read_records(folder / f"tail-{partition}.ndjson"))
    for partition in range(manifest.signal_partitions):
        for topic in signal_states(settings):
            await _send(
                settings, topic, partition, read_records(folder / f"topic-{topic}-{partition}.ndjson")
            )
        tail = read_records(folder / f"tail-signals-{partition}.ndjson")
        await _send(settings, topics.SIGNALS, partition, tail)
    return manifest


async def _check_empty(settings: Settings, store: Store) -> None:
    await asyncio.to_thread(store.create_database)
    await asyncio.to_thread(need_one_shard, store)
    filled = await store.arows(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0"
        " AND name != 'migrations'"
    )
    if filled:
        raise CannotAct(f"The database {store.database} is not empty: its table {filled[0][0]} has rows.")
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, **client_security(settings))
    await consumer.start()
    try:
        there = await consumer.topics()
        states = (changelog_of(settings.application), *signal_states(settings))
        for topic in (topics.EVENTS, topics.TOTALS, topics.SIGNALS, *states):
            if topic not in there:
                continue
            ends = await consumer.end_offsets(await _places(settings, topic))
            if any(ends.values()):
                raise CannotAct(
                    f"The topic {topic} is not empty: a restore needs a Kafka without Daybook's topics."
                )
    finally:
        await consumer.stop()


async def _places(settings: Settings, topic: str) -> list[TopicPartition]:
    """A topic's partitions, from a broker: a consumer knows only those of topics that it reads."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap, **client_security(settings))
    await admin.start()
    try:
        described = (await admin.describe_topics([topic]))[0]["partitions"]
        return [TopicPartition(topic, int(each["partition"])) for each in described]
    finally:
        await admin.close()


def _copy_back(kept: Path, files_to: Path) -> None:
    files_to.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in sorted(kept.iterdir()):
        if (files_to / file.name).exists():
            raise CannotAct(f"{files_to / file.name} is there already; name another folder.")
    for file in sorted(kept.iterdir()):
        shutil.copy2(file, files_to / file.name)


async def _make_topics(settings: Settings, manifest: Manifest, retention: timedelta) -> None:
    security = client_security(settings)
    plans = planned_topics(
        partitions=manifest.partitions,
        replication_factor=settings.replication_factor,
        application=settings.application,
        retention=retention,
        signal_partitions=manifest.signal_partitions or None,
    )
    report = await create_topics(settings.kafka_bootstrap, plans, security)
    if report.wrong:
        raise CannotAct(f"{report.wrong[0]} Delete Daybook's topics first.")
    before = (
        (topics.EVENTS, manifest.epoch, manifest.partitions),
        (topics.SIGNALS, manifest.signal_epoch, manifest.signal_partitions),
    )
    for topic, epoch, partitions in before:
        recorded = await read_recorded(settings.kafka_bootstrap, topic, security)
        if partitions and (recorded is None or recorded.epoch <= epoch):
            # A restore within the minute of the first creation: what comes must lie after what was.
            raised = Recorded(next_epoch(epoch), partitions)
            await record_epoch(settings.kafka_bootstrap, raised, security, topic=topic)


async def _give_states(settings: Settings, manifest: Manifest, folder: Path) -> None:
    """Each partition's state and totals in one transaction: a worker begins with all of it, or none."""
    writer = CheckpointWriter(
        settings.kafka_bootstrap,
        settings.application,
        changelog_of(settings.application),
        security=client_security(settings),
    )
    try:
        for partition in range(manifest.partitions):
            state = {
                record.key: record.value
                for record in read_records(folder / f"state-{partition}.ndjson")
                if record.key is not None and record.value is not None
            }
            told = told_totals(state, partition)
            await writer.take_over(partition)
            await writer.write(partition, Checkpoint(0, [*state.items()], [*told.items()], None, []))
    finally:
        await writer.stop()


async def _send(settings: Settings, topic: str, partition: int, records: Iterable[Kept]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_request_size=8_000_000,
        **client_security(settings),
    )
    await producer.start()
    try:
        waiting = []
        for record in records:
            sent = await producer.send(
                topic, record.value, key=record.key, partition=partition, headers=record.headers
            )
            waiting.append(sent)
            if len(waiting) >= _AT_ONCE:
                await asyncio.gather(*waiting)
                waiting = []
        await asyncio.gather(*waiting)
    finally:
        await producer.stop()

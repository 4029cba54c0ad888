"""State topics: a row function and a table are enough for the sink to write them exactly."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from daybook.ledger.positions import version
from daybook.schemas import topics
from daybook.sinks.errors import StoreUnavailable
from daybook.sinks.states import PendingStates, StateRecord, StateTopic
from daybook.sinks.store import Row, Store
from daybook.sinks.writer import ClickHouseSink
from tests.sinks.world import EPOCH, World, insert
from tests.support.kafka.broker import KafkaBroker

TABLE = """
CREATE TABLE shelves (name String, level Int64, version UInt64)
ENGINE = ReplacingMergeTree(version) ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
"""
READ = "SELECT name, level FROM shelves FINAL ORDER BY name"


def by_position(record: StateRecord) -> list[Row]:
    """A row whose version is where it stands in the log."""
    return [(orjson.loads(record.value)["name"], orjson.loads(record.value)["level"], record.version)]


def as_stated(record: StateRecord) -> list[Row]:
    """A row for each entry of a value that states its version."""
    body = orjson.loads(record.value)
    return [(name, level, body["version"]) for name, level in body["levels"].items()]


SHELVES = StateTopic("shop.shelves", "shelves", ("name", "level", "version"), by_position)
STATED = StateTopic("shop.stated", "shelves", ("name", "level", "version"), as_stated)


class Consumed:
    """A consumer record, as far as the sink looks at it."""

    def __init__(self, offset: int, body: object, partition: int = 0) -> None:
        self.offset = offset
        self.partition = partition
        self.timestamp = 1_700_000_000_000 + offset
        self.key = b"key"
        self.value = body if isinstance(body, bytes | None) else orjson.dumps(body)


@pytest.fixture
def shelves(store: Store) -> Store:
    """A database with the table."""
    store.command(TABLE)
    return store


def pending(state: StateTopic, *bodies: object, first: int = 0, epoch: int = EPOCH) -> PendingStates:
    """Records of a partition that wait to be written."""
    made = PendingStates(state, 0, epoch)
    for offset, body in enumerate(bodies, first):
        made.add(Consumed(offset, body))
    return made


def write(store: Store, waiting: PendingStates, limit: int = 100) -> list[str]:
    """Write what waits, in blocks; their tokens."""
    tokens = []
    while (batch := waiting.batch(0, limit)) is not None:
        insert(store, batch)
        tokens += [block.token for block in batch.blocks]
        waiting.drop(batch)
    return tokens


def level(name: str, height: int) -> dict[str, object]:
    """A value of the topic by position."""
    return {"name": name, "level": height}


def test_the_newest_position_wins_however_blocks_come(shelves: Store) -> None:
    """Written whole, again, shifted, and an older part last, a key stands as its newest record says."""
    log = [level("a", 1), level("b", 1), level("a", 2), level("a", 3), level("b", 2)]
    write(shelves, pending(SHELVES, *log))
    write(shelves, pending(SHELVES, *log))
    write(shelves, pending(SHELVES, *log[1:4], first=1), limit=2)
    write(shelves, pending(SHELVES, *log[:2]))
    assert shelves.rows(READ) == [("a", 3), ("b", 2)]


def test_a_topic_made_anew_comes_after_the_old_one(shelves: Store) -> None:
    """After a rise of the epoch offsets begin at zero, and are newer nevertheless."""
    write(shelves, pending(SHELVES, *(level("a", n) for n in range(5))))
    write(shelves, pending(SHELVES, level("a", 77), epoch=EPOCH + 1))
    assert shelves.rows(READ) == [("a", 77)]


def test_a_stated_version_beats_the_position(shelves: Store) -> None:
    """Where the value states its version, an older state that stands later in the log changes nothing."""
    newer = {"version": 9, "levels": {"a": 9, "b": 8}}
    older = {"version": 3, "levels": {"a": 1, "c": 1}}
    write(shelves, pending(STATED, newer, older))
    assert shelves.rows(READ) == [("a", 9), ("b", 8), ("c", 1)]


def test_a_block_is_named_by_its_positions(shelves: Store) -> None:
    """Equal records have an equal token, by which ClickHouse drops them; any others have another."""
    log = [level("a", 1), level("b", 2)]
    assert write(shelves, pending(SHELVES, *log)) == write(shelves, pending(SHELVES, *log))
    assert shelves.value("SELECT count() FROM shelves") == 2
    names = {
        tuple(write(shelves, pending(SHELVES, *log, first=first, epoch=epoch)))
        for first, epoch in ((0, EPOCH), (1, EPOCH), (0, EPOCH + 1))
    }
    assert len(names) == 3


def test_what_cannot_be_read_is_passed_over(shelves: Store, caplog: pytest.LogCaptureFixture) -> None:
    """A value that is not ours is reported and skipped, a removed key is skipped; the rest is written."""
    waiting = pending(SHELVES, level("a", 1), b"not ours", None, {"name": "b"}, level("c", 3))
    write(shelves, waiting)
    assert shelves.rows(READ) == [("a", 1), ("c", 3)]
    assert (len(waiting), waiting.first_offset) == (0, None)
    assert caplog.text.count("that is not ours; it is passed over") == 2


async def test_states_of_any_partition_count_are_written_once(
    kafka_broker: KafkaBroker, embedded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic of one partition and one of three; ClickHouse refuses, and gets the same block again.

    Offsets are committed only once the rows are in.
    """
    embedded.command(TABLE)
    await _make_topics(kafka_broker.bootstrap)
    async with AIOKafkaProducer(bootstrap_servers=kafka_broker.bootstrap, acks="all") as producer:
        for number in range(30):
            body = orjson.dumps(level(f"one-{number % 3}", number))
            await producer.send_and_wait(SHELVES.topic, body, partition=0)
            body = orjson.dumps({"version": number, "levels": {f"three-{number % 3}": number}})
            await producer.send_and_wait(STATED.topic, body, partition=number % 3)
    tried: list[str] = []
    real = embedded.insert

    def refusing(table: str, columns: Any, token: str = "") -> int:
        tried.append(token)
        if len(tried) < 4:
            raise StoreUnavailable("away")
        return real(table, columns, token)

    monkeypatch.setattr(embedded, "insert", refusing)
    sink = ClickHouseSink(
        kafka_broker.bootstrap,
        embedded,
        EPOCH,
        World().calendar,
        states=(SHELVES, STATED),
        flush_seconds=0.1,
    )
    running = asyncio.create_task(sink.run())
    async with asyncio.timeout(60):
        while len(tried) < 2:
            await asyncio.sleep(0.02)
        assert not any((await _committed(kafka_broker.bootstrap)).values())
        while not await sink.idle():
            await asyncio.sleep(0.05)
    await sink.stop()
    await running
    assert len(set(tried[:4])) == 1
    assert version(EPOCH, 29) == embedded.value("SELECT max(version) FROM shelves WHERE name LIKE 'one%'")
    expected = [(f"{name}-{n}", 27 + n) for name in ("one", "three") for n in range(3)]
    assert embedded.rows(READ) == expected
    assert sum((await _committed(kafka_broker.bootstrap)).values()) == 60


async def _make_topics(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics(
        [NewTopic(name, 2, 1) for name in topics.ALL]
        + [NewTopic(SHELVES.topic, 1, 1), NewTopic(STATED.topic, 3, 1)]
    )
    await admin.close()


async def _committed(bootstrap: str) -> dict[TopicPartition, int]:
    """What the sink's group has committed of the two topics."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id="daybook-sink", enable_auto_commit=False
    )
    await consumer.start()
    places = [TopicPartition(SHELVES.topic, 0)] + [TopicPartition(STATED.topic, p) for p in range(3)]
    try:
        return {place: await consumer.committed(place) or 0 for place in places}
    finally:
        await consumer.stop()

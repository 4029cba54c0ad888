"""Agents that go by ticks, on a real Kafka: who decides, what survives, and who takes over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from daybook.faust_running import started
from daybook.schemas import topics
from daybook.streams.tick_app import TickApp, TickSettings
from daybook.streams.ticks import PLACE
from daybook.topics import create_topics, planned_topics
from tests.streams.test_ticks import Counter, acknowledge
from tests.support.kafka.broker import KafkaBroker

LIMIT = 60.0


class Ranking(Counter):
    """Another agent."""

    name = "leaderboards"


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.05)


def watcher(bootstrap: str) -> tuple[TickApp[str], Counter, Ranking]:
    """An app of two agents, with an impatient group and quick ticks."""
    counter, ranking = Counter(), Ranking()
    settings = TickSettings(bootstrap, 1, app_id="daybook-watch", session_timeout=6, tick_seconds=0.2)
    return TickApp(settings, [counter, ranking], "view", _complete), counter, ranking


async def _complete() -> None:
    pass


@pytest.fixture
async def bootstrap(kafka_broker: KafkaBroker) -> str:
    """A broker with Daybook's topics."""
    plans = planned_topics(
        partitions=2, replication_factor=1, application="daybook", retention=timedelta(days=1)
    )
    await create_topics(kafka_broker.bootstrap, plans)
    return kafka_broker.bootstrap


async def test_agents_decide_survive_and_are_taken_over(bootstrap: str) -> None:
    """Both agents get every command once, also over a restart; a second process stands by and takes over."""
    first, counter, ranking = watcher(bootstrap)
    async with started(first):
        await until(lambda: counter.count >= 2 and ranking.count >= 2)
        assert first.deciding
        await command(bootstrap, acknowledge("a"))
        await until(lambda: counter.seen == ["a"] == ranking.seen)
        before = counter.count
    await command(bootstrap, acknowledge("b"))
    second, counter, ranking = watcher(bootstrap)
    third, standing_by, _ = watcher(bootstrap)
    async with started(third):
        async with started(second):
            await until(lambda: second.deciding or third.deciding)
            await until(lambda: max(counter.count, standing_by.count) > before)
            await until(lambda: ["a", "b"] in (counter.seen, standing_by.seen))
            assert second.deciding != third.deciding
        await until(lambda: third.deciding)
        # It may decide for a moment before what was kept is put back into it.
        await until(lambda: standing_by.count > before)
        reached = standing_by.count
        await until(lambda: standing_by.count > reached)
        assert standing_by.seen == ["a", "b"]
        assert await committed(bootstrap) > 0
    told = await alerts(bootstrap)
    assert set(told) == {b"watch", b"leaderboards"}
    for counts in told.values():
        assert counts == list(range(1, len(counts) + 1)), "each agent counted on where it was"


async def command(bootstrap: str, value: bytes) -> None:
    """Send a command."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(topics.TICKS, value, partition=PLACE)


async def committed(bootstrap: str) -> int:
    """What the group has committed."""
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id="daybook-watch", enable_auto_commit=False
    ) as consumer:
        return await consumer.committed(TopicPartition(topics.TICKS, PLACE)) or 0


async def alerts(bootstrap: str) -> dict[bytes, list[int]]:
    """What each agent told, in the order of the log."""
    place = TopicPartition(topics.ALERTS, PLACE)
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", isolation_level="read_committed"
    ) as consumer:
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        found: dict[bytes, list[int]] = {}
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(place, timeout_ms=500)).values():
                for record in records:
                    found.setdefault(record.key, []).append(int(record.value))
    return found

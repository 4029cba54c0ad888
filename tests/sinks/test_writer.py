"""The sink worker between a real Kafka and ClickHouse."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from daybook.sinks import writer
from daybook.sinks.errors import StoreUnavailable
from daybook.sinks.migrate import migrate
from daybook.sinks.reconcile import reconcile
from daybook.sinks.store import Store
from daybook.sinks.writer import ClickHouseSink
from tests.sinks.log import Log
from tests.sinks.world import World, busy_day, sale
from tests.support.clickhouse import ClickHouseServer
from tests.support.kafka.broker import KafkaBroker

MERGED = "SELECT * FROM merged_totals ORDER BY ALL"
RAW = "SELECT epoch, partition, offset, event_id FROM events FINAL ORDER BY ALL"
LIMIT = 60.0
"""Seconds after which a test gives up waiting; what is waited for takes a few at most."""


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(LIMIT):
        while not await condition():
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def running(log: Log, store: Store, *, group: str = "daybook-sink") -> AsyncIterator[ClickHouseSink]:
    """A sink at work."""
    sink = ClickHouseSink(
        log.bootstrap, store, log.world.epoch, log.world.calendar, group_id=group, flush_seconds=0.1
    )
    task = asyncio.create_task(sink.run())
    try:
        yield sink
    finally:
        await sink.stop()
        await task


async def test_writes_everything_once(kafka_broker: KafkaBroker, embedded: Store) -> None:
    """All that the log holds is written and agrees; read once more by another group, nothing changes."""
    world = busy_day()
    log = Log(kafka_broker.bootstrap, world)
    await log.create()
    await log.send_events()
    await log.send_told()
    async with running(log, embedded) as sink:
        await until(sink.idle)
        assert sink.failing_since is None
    totals, raw = embedded.rows(MERGED), embedded.rows(RAW)
    assert len(raw) == sum(map(len, world.records.values()))
    assert embedded.value("SELECT count() FROM dead_letters") == 2
    assert totals
    assert reconcile(embedded) == []
    for group in ("daybook-sink", "another"):
        async with running(log, embedded, group=group) as sink:
            await until(sink.idle)
        assert embedded.rows(MERGED) == totals
        assert embedded.rows(RAW) == raw


async def test_totals_wait_for_raw_events(kafka_broker: KafkaBroker, embedded: Store) -> None:
    """Totals that arrive first are held until the raw events behind them are written."""
    log = Log(kafka_broker.bootstrap, busy_day())
    await log.create()
    await log.send_told()
    async with running(log, embedded) as sink:
        await until(lambda: _fetched(sink))
        for _ in range(5):
            assert not await sink.idle()
            assert await embedded.arows("SELECT count() FROM totals") == [(0,)]
            await asyncio.sleep(0.1)
        await log.send_events()
        await until(sink.idle)
    assert reconcile(embedded) == []


async def _fetched(sink: ClickHouseSink) -> bool:
    return any(behind for behind in (await sink.lag()).values())


async def test_nothing_is_lost_while_clickhouse_is_down(
    kafka_broker: KafkaBroker, clickhouse_server: ClickHouseServer
) -> None:
    """ClickHouse is killed, sales go on, it comes back on its data: all is there, once."""
    world = World()
    log = Log(kafka_broker.bootstrap, world)
    await log.create()
    with Store.over_http(clickhouse_server.url) as store:
        migrate(store)
        async with running(log, store) as sink:
            for number in range(4):
                world.publish(sale(number), number % 2)
            await _send(log)
            await until(sink.idle)
            await asyncio.to_thread(clickhouse_server.kill)
            for number in range(4, 40):
                world.publish(sale(number), number % 2)
            await _send(log)
            await until(lambda: _failing(sink))
            assert not await sink.idle()
            await asyncio.to_thread(clickhouse_server.start)
            await until(sink.idle)
            assert sink.failing_since is None
        assert len(store.rows(RAW)) == 40
        orders = "SELECT sum(orders) FROM merged_totals WHERE dimension = 'store'"
        assert store.value(orders) == 40
        assert reconcile(store) == []


async def _send(log: Log) -> None:
    log.world.count()
    await log.send_events()
    await log.send_told()


async def _failing(sink: ClickHouseSink) -> bool:
    return sink.failing_since is not None


async def test_stops_while_clickhouse_is_down(
    kafka_broker: KafkaBroker, embedded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sink that is told to end does, though nothing can be written; the next one writes it."""
    log = Log(kafka_broker.bootstrap, busy_day())
    await log.create()
    await _send(log)
    monkeypatch.setattr(writer, "_STOP_SECONDS", 0.2)
    with monkeypatch.context() as outage:
        outage.setattr(embedded, "insert", _unavailable)
        async with asyncio.timeout(LIMIT), running(log, embedded) as sink:
            await until(lambda: _failing(sink))
    assert embedded.rows(RAW) == []
    async with running(log, embedded) as sink:
        await until(sink.idle)
    assert reconcile(embedded) == []
    assert len(embedded.rows(RAW)) == sum(map(len, log.world.records.values()))


def _unavailable(*_: object) -> None:
    raise StoreUnavailable("away")


async def test_members_come_and_go(kafka_broker: KafkaBroker, embedded: Store) -> None:
    """A second sink takes partitions over and hands them back while sales go on; every record is written."""
    world = World()
    log = Log(kafka_broker.bootstrap, world)
    await log.create()
    numbers = iter(range(1_000))

    async def trade() -> None:
        for number in (next(numbers) for _ in range(10)):
            world.publish(sale(number), number % 2)
        await _send(log)

    async with running(log, embedded) as first:
        await trade()
        await until(first.idle)
        async with running(log, embedded) as second:
            await until(lambda: _shares(second))
            await trade()
            await until(lambda: _both_idle(first, second))
        await trade()
        await until(lambda: _owns_all(first))
        await until(first.idle)
    assert len(embedded.rows(RAW)) == 30
    assert reconcile(embedded) == []


async def _shares(sink: ClickHouseSink) -> bool:
    return bool(await sink.lag())


async def _both_idle(first: ClickHouseSink, second: ClickHouseSink) -> bool:
    one, other = await first.lag(), await second.lag()
    return len(one | other) == len(one) + len(other) == 8 and not any((one | other).values())


async def _owns_all(sink: ClickHouseSink) -> bool:
    return len(await sink.lag()) == 8

"""A crashed agent loses the batch in its hands, which Faust acknowledges: it must come again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from faust.types import TP

from daybook.ledger.state import PartitionLedger
from daybook.ledger.totals import merge
from daybook.schemas import topics
from daybook.streams.app import StreamSettings, Worker
from daybook.topics import create_topics, planned_topics
from daybook.worker import restorer
from tests.streams.plant import CALENDAR, LIMIT, PARTITIONS, send
from tests.streams.trade import Trade
from tests.streams.truth import Source, fold_log
from tests.support.kafka import KafkaBroker

STALL_SECONDS = 8.0


class CrashingAgent:
    """Lets batches through to the processor, but fails with the one that it is told to."""

    def __init__(self, worker: Worker) -> None:
        self._process = worker.processor.process
        self.due = False
        self.crashes = 0

    async def process(self, partition: int, records: Sequence[Any]) -> None:
        """Count a batch, or lose it."""
        if self.due:
            self.due = False
            self.crashes += 1
            raise RuntimeError("the agent crashes with a batch in its hands")
        await self._process(partition, records)


async def test_lost_batches_come_again(kafka_broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost in mid-stream, the next batch shows it; lost at the very end, the watch over progress does."""
    bootstrap = kafka_broker.bootstrap
    epoch = await _topics(bootstrap)
    settings = StreamSettings(bootstrap, PARTITIONS, session_timeout=6, stall_seconds=STALL_SECONDS)
    worker = Worker(settings, restorer(epoch, CALENDAR, PartitionLedger), None)
    agent = CrashingAgent(worker)
    monkeypatch.setattr(worker.processor, "process", agent.process)
    trade = Trade(5)
    await worker.start()
    try:
        await _until(lambda: len(worker.table.ledgers) == PARTITIONS)
        await asyncio.to_thread(send, bootstrap, list(trade.events(1000)), None)
        await _until(lambda: _counted(worker) > 0)
        agent.due = True
        await asyncio.to_thread(send, bootstrap, list(trade.events(4000)), 4000)
        await _until(lambda: _counted(worker) == 5000)
        agent.due = True
        await asyncio.to_thread(send, bootstrap, list(trade.events(1)), None)
        await _until(lambda: _counted(worker) == 5001)
        assert agent.crashes == 2
        assert worker.processor.replays >= 2
        ledgers = worker.table.ledgers.values()
        counted = merge(ledger.totals for ledger in ledgers if isinstance(ledger, PartitionLedger))
    finally:
        await worker.stop()
    expected = await asyncio.to_thread(fold_log, Source(bootstrap, PARTITIONS, epoch, CALENDAR))
    assert counted == merge(ledger.totals for ledger in expected)
    assert worker.failure is None


async def test_what_was_fetched_before_the_state_was_back_is_read_again_at_once(
    kafka_broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust has handed out all there is before the state was there; nothing is committed to go back to."""
    bootstrap = kafka_broker.bootstrap
    epoch = await _topics(bootstrap)
    await asyncio.to_thread(send, bootstrap, list(Trade(5).events(100)), None)
    worker = Worker(StreamSettings(bootstrap, PARTITIONS), restorer(epoch, CALENDAR, PartitionLedger), None)
    restored = worker.table.on_recovery_completed
    source = [TP(topics.EVENTS, partition) for partition in range(PARTITIONS)]

    async def handed_out(active: set[TP], standby: set[TP]) -> None:
        await restored(active, standby)
        for tp, end in (await worker.app.consumer.highwaters(*source)).items():
            await worker.app.consumer.seek(tp, end)

    monkeypatch.setattr(worker.table, "on_recovery_completed", handed_out)
    await worker.start()
    try:
        await _until(lambda: _counted(worker) == 100)
    finally:
        await worker.stop()
    assert worker.processor.replays == 0


async def _topics(bootstrap: str) -> int:
    plans = planned_topics(
        partitions=PARTITIONS,
        replication_factor=1,
        application="daybook",
        retention=timedelta(days=14),
    )
    epoch = (await create_topics(bootstrap, plans)).epoch
    assert epoch is not None
    return epoch


def _counted(worker: Worker) -> int:
    return sum(ledger.next_offset for ledger in worker.table.ledgers.values())


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.05)

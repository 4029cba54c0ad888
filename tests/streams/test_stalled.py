"""A worker that stands still beside waiting events ends itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest

from daybook.settings import Settings
from daybook.streams.totals import TotalsProcessor
from daybook.topics import changelog_of, create_topics, planned_topics
from daybook.worker import WorkerFailed, run_worker
from tests.streams.plant import CALENDAR, PARTITIONS, RETENTION, send
from tests.streams.trade import Trade
from tests.support.kafka import KafkaBroker


async def test_a_worker_that_stands_still_ends_itself(
    kafka_broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An agent that lets every batch fall never comes forward: the worker says so and ends."""

    async def fall(*_: object) -> None:
        """Count nothing."""

    monkeypatch.setattr(TotalsProcessor, "process", fall)
    stores = tmp_path / "stores.json"
    entries = [entry.model_dump(mode="json") for entry in CALENDAR.stores]
    stores.write_bytes(orjson.dumps({"stores": entries}))
    bootstrap = kafka_broker.bootstrap
    plans = planned_topics(
        partitions=PARTITIONS,
        replication_factor=1,
        changelog=changelog_of("daybook"),
        retention=RETENTION,
    )
    await create_topics(bootstrap, plans)
    await asyncio.to_thread(send, bootstrap, list(Trade(9).events(50)), None)
    settings = Settings(
        kafka_bootstrap=bootstrap,
        partitions=PARTITIONS,
        stores_file=stores,
        clickhouse_url=None,
        stall_seconds=10,
        session_timeout=6,
    )
    with pytest.raises(WorkerFailed, match=r"made no progress for 10 s though events wait\.$"):
        await asyncio.wait_for(run_worker(settings, asyncio.Event()), 75)

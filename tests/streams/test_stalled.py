"""A worker that comes to nothing beside waiting events ends itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka.cluster import ClusterMetadata

from daybook.faust_running import ProcessFailed
from daybook.settings import Settings
from daybook.streams.assignor import WatchfulAssignor
from daybook.streams.faust_process import FilelessApp
from daybook.streams.totals import TotalsProcessor
from daybook.topics import create_topics, planned_topics
from daybook.worker import run_worker
from tests.streams.plant import CALENDAR, PARTITIONS, RETENTION, send
from tests.streams.trade import Sent, Trade
from tests.support.kafka import KafkaBroker


async def test_a_worker_that_stands_still_ends_itself(
    kafka_broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An agent that lets every batch fall never comes forward: the worker says so and ends."""

    async def fall(*_: object) -> None:
        """Count nothing."""

    monkeypatch.setattr(TotalsProcessor, "process", fall)
    settings = await prepared(kafka_broker.bootstrap, tmp_path, Trade(9).events(50))
    with pytest.raises(ProcessFailed, match=r"made no progress for 10 s though events wait\.$"):
        await asyncio.wait_for(run_worker(settings, asyncio.Event()), 75)


async def test_a_worker_that_assigned_without_knowing_the_topics_ends_itself(
    kafka_broker: KafkaBroker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A group that forms while brokers come back may give nobody anything: it has to form once more."""
    assign = WatchfulAssignor.assign

    def knowing_nothing(self: WatchfulAssignor, _cluster: Any, members: Any) -> Any:
        return assign(self, ClusterMetadata(), members)

    monkeypatch.setattr(WatchfulAssignor, "assign", knowing_nothing)
    settings = await prepared(kafka_broker.bootstrap, tmp_path, [])
    with pytest.raises(ProcessFailed, match="told of no partitions"):
        await asyncio.wait_for(run_worker(settings, asyncio.Event()), 75)


async def prepared(bootstrap: str, folder: Path, events: Iterable[Sent]) -> Settings:
    """Settings of a worker on a broker that has all topics and some events."""
    stores = folder / "stores.json"
    entries = [entry.model_dump(mode="json") for entry in CALENDAR.stores]
    stores.write_bytes(orjson.dumps({"stores": entries}))
    plans = planned_topics(
        partitions=PARTITIONS,
        replication_factor=1,
        application="daybook",
        retention=RETENTION,
    )
    await create_topics(bootstrap, plans)
    await asyncio.to_thread(send, bootstrap, list(events), None)
    return Settings(
        kafka_bootstrap=bootstrap,
        partitions=PARTITIONS,
        stores_file=stores,
        clickhouse_url=None,
        stall_seconds=10,
        session_timeout=6,
    )


def test_nothing_is_made_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faust would make folders for tables there, and end where the file system is read-only."""
    monkeypatch.chdir(tmp_path)
    asyncio.run(FilelessApp("till", store="memory://").on_first_start())
    assert list(tmp_path.iterdir()) == []

"""The demo's composition: everything of Daybook in one process, on one data folder."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import TopicPartition

from daybook.demo.broker import FETCH_WAIT_MS, PARTITIONS, EmbeddedBroker
from daybook.demo.flow import UNREAD_BYTES, JournaledPublisher
from daybook.demo.folder import DataFolder
from daybook.demo.journal import Journal
from daybook.demo.restart import next_epoch, rebuilt
from daybook.demo.watching import Watching
from daybook.ledger.calendar import Calendar
from daybook.ledger.identity import identity
from daybook.ledger.positions import epoch_at
from daybook.ledger.state import PartitionLedger
from daybook.producers.client import SalesPublisher
from daybook.producers.records import OutgoingRecord
from daybook.schemas import topics
from daybook.schemas.codec import EventRefused, decode_event
from daybook.settings import Settings
from daybook.sinks.migrate import migrate
from daybook.sinks.raw_events import RawLookup
from daybook.sinks.state_tables import STATE_TOPICS
from daybook.sinks.store import Store
from daybook.sinks.writer import ClickHouseSink
from daybook.streams.app import StreamSettings, Worker

log = logging.getLogger(__name__)

CHECKPOINT_EVENTS: Final = 500
_KNOWN: Final = """
SELECT DISTINCT hex(identity) FROM events
WHERE identity IN (SELECT unhex(arrayJoin({ids:Array(String)})))
"""


class Counts:
    """Events received, counted, duplicates and dead letters over all partitions."""

    def __init__(self, ledgers: Iterable[PartitionLedger]) -> None:
        positions = [ledger.position for ledger in ledgers]
        self.received = sum(p.received for p in positions)
        self.counted = sum(p.counted for p in positions)
        self.duplicates = sum(p.duplicates + p.superseded for p in positions)
        self.dead = sum(p.dead for p in positions)

    def since(self, before: Counts) -> dict[str, int]:
        """What has come since an earlier count."""
        return {name: value - getattr(before, name) for name, value in vars(self).items()}


class Demo:
    """A running demo. ``publisher`` accepts sales, ``store`` is its ClickHouse."""

    def __init__(
        self,
        folder: DataFolder,
        store: Store,
        calendar: Calendar,
        ledgers: dict[int, PartitionLedger],
        epoch: int,
        *,
        files: Settings | None = None,
    ) -> None:
        self.folder = folder
        self.settings = files or Settings()
        self.store = store
        self.calendar = calendar
        self._ledgers = ledgers
        self.before = Counts(ledgers.values())
        self.broker = EmbeddedBroker([*topics.ALL, *topics.SINGLE, *_changelogs()])
        settings = StreamSettings(
            self.broker.bootstrap,
            PARTITIONS,
            checkpoint_events=CHECKPOINT_EVENTS,
            fetch_wait_seconds=FETCH_WAIT_MS / 1000,
            check_crcs=False,
        )
        self.worker = Worker(settings, self._restored, RawLookup(store))
        self.worker.writer.admit = self._admit
        self.sink = ClickHouseSink(
            self.broker.bootstrap,
            store,
            epoch,
            calendar,
            states=STATE_TOPICS,
            consumer_options={"check_crcs": False, "fetch_max_wait_ms": FETCH_WAIT_MS},
        )
        self.watching = Watching(self.broker.bootstrap, store, calendar, folder.rules(), self.settings)
        self._journal = Journal(folder.journal)
        self._client = SalesPublisher(self.broker.bootstrap)
        self.publisher = JournaledPublisher(self._client, self._journal, self._drained)
        self._untold: dict[int, int] = {}
        self.failure: BaseException | None = None
        """Why a part of the demo ended by itself."""

    async def publish_to(self, topic: str, records: Sequence[OutgoingRecord]) -> None:
        """Send records to another topic than the sales'. ClickHouse keeps what they say; no journal does."""
        async with SalesPublisher(self.broker.bootstrap, topic=topic) as publisher:
            await publisher.send(records)

    def _restored(self, partition: int, raw: dict[bytes, bytes]) -> PartitionLedger:
        # The broker keeps too little of a changelog; there is no other worker, so this is the newest.
        del raw
        return self._ledgers[partition]

    async def _admit(self, partition: int, size: int) -> None:
        """Let a checkpoint wait until the sink has read what the broker would push out for it."""
        untold = self._untold.get(partition, 0)
        if untold and untold + size > UNREAD_BYTES:
            place = TopicPartition(topics.TOTALS, partition)
            while (await self.sink.lag()).get(place, 1):
                await asyncio.sleep(0.02)
            untold = 0
        self._untold[partition] = untold + size

    async def _drained(self, sent: int) -> bool:
        if sum(ledger.next_offset for ledger in self._ledgers.values()) < sent:
            return False
        lag = await self.sink.lag()
        return bool(lag) and not any(behind for place, behind in lag.items() if place.topic == topics.EVENTS)

    async def finished(self) -> bool:
        """Whether all that was published so far is counted, checkpointed and written."""
        if not await self._drained(self.publisher.sent):
            return False
        return not any(ledger.changed for ledger in self._ledgers.values()) and await self.sink.idle()

    def counts(self) -> Counts:
        """The counts now."""
        return Counts(self._ledgers.values())

    def newest(self) -> datetime | None:
        """When the newest record of earlier runs was published; None for a new folder."""
        newest = max((ledger.position.recorded_at for ledger in self._ledgers.values()), default=0)
        return datetime.fromtimestamp(newest / 1000, UTC) if newest else None

    async def recover(self) -> int:
        """Send again what an earlier run had accepted and not stored; how many events that were."""
        missing = await asyncio.to_thread(self._not_stored, self._journal.left_over())
        if missing:
            log.info(
                "%d accepted events were not stored when the last run ended; they are sent again",
                len(missing),
            )
            await self.publisher.resend(missing)
        return len(missing)

    def _not_stored(self, records: list[OutgoingRecord]) -> list[OutgoingRecord]:
        named = [(_identity(record.value), record) for record in records]
        ids = [name.hex() for name, _ in named if name]
        stored: set[str] = set()
        for start in range(0, len(ids), 1000):
            stored.update(
                row[0].lower() for row in self.store.rows(_KNOWN, {"ids": ids[start : start + 1000]})
            )
        return [record for name, record in named if name.hex() not in stored]

    async def tidy(self) -> None:
        """Clear the journal now and then, for as long as the demo runs."""
        while True:
            await asyncio.sleep(5)
            await self.publisher.clear_journal()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the parts in order, and stop them in the reverse order with nothing left behind."""
        sink = asyncio.create_task(self.sink.run(), name="sink")
        sink.add_done_callback(self._part_ended)
        await self.worker.start()
        await self._client.start()
        await self._ready()
        await self.recover()
        tidy = asyncio.create_task(self.tidy(), name="journal")
        try:
            async with self.watching.running():
                yield
        finally:
            tidy.cancel()
            await self._stop(sink)

    async def _ready(self) -> None:
        while len(self.worker.table.ledgers) < PARTITIONS or not await self.sink.lag():
            await asyncio.sleep(0.05)

    def _part_ended(self, task: asyncio.Task[None]) -> None:
        """A part that ends by itself takes the whole demo down: half a demo would show wrong figures."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the %s ended: %s", task.get_name(), error, exc_info=error)
            self.failure = error

    async def _stop(self, sink: asyncio.Task[None]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(15):
                while not await self.finished():
                    await asyncio.sleep(0.05)
                await self.publisher.clear_journal()
        await self._client.stop()
        await self.worker.stop()
        await self.sink.stop()
        await asyncio.gather(sink, return_exceptions=True)
        self._journal.close()


def open_demo(
    folder: DataFolder,
    calendar: Calendar,
    progress: Callable[[int], None] = lambda _: None,
    settings: Settings | None = None,
) -> Demo:
    """Open a data folder and rebuild the state in it. ``settings`` name its files of staff and rewards.

    Raises:
        StoreBusy: another process has it open.
    """
    folder.prepare()
    store = Store.embedded(folder.path / "clickhouse")
    try:
        migrate(store)
        epoch = next_epoch(store, epoch_at(datetime.now(UTC)))
        ledgers = rebuilt(store, calendar, epoch, PARTITIONS, progress)
        return Demo(folder, store, calendar, ledgers, epoch, files=settings)
    except BaseException:
        store.close()
        raise


def _changelogs() -> list[str]:
    """The topics behind all tables."""
    tables = [topics.agent_changelog("daybook", name) for name in topics.AGENTS]
    return [StreamSettings("", PARTITIONS).changelog, *tables]


def _identity(value: bytes) -> bytes:
    try:
        event: Any = decode_event(value)
    except EventRefused:
        return b""
    return identity(event.source, event.event_id)

"""The demo's composition: everything of Daybook in one process, on one data folder."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from daybook.demo.broker import FETCH_WAIT_MS, PARTITIONS, EmbeddedBroker
from daybook.demo.flow import Admission, JournaledPublisher
from daybook.demo.folder import DataFolder
from daybook.demo.journal import Journal, not_stored
from daybook.demo.restart import next_epoch, rebuilt
from daybook.demo.side_by_side import side_by_side
from daybook.demo.signals import SignalFlow, last_epoch, rebuilt_signals
from daybook.demo.signals import stream_settings as signal_settings
from daybook.demo.watching import Watching
from daybook.ledger.calendar import Calendar
from daybook.ledger.identity import identity
from daybook.ledger.positions import epoch_at
from daybook.ledger.signals.state import SignalLedger
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
UNHURRIED_SECONDS: Final = 1.0


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
        *,
        signal_ledgers: dict[int, SignalLedger],
        epoch: int,
        files: Settings | None = None,
    ) -> None:
        self.folder = folder
        self.settings = files or Settings()
        self.store = store
        self.calendar = calendar
        self._ledgers = ledgers
        self.before = Counts(ledgers.values())
        self.broker = EmbeddedBroker([*topics.ALL, *topics.ALL_SIGNALS, *topics.SINGLE, *_changelogs()])
        settings = StreamSettings(
            self.broker.bootstrap,
            PARTITIONS,
            checkpoint_events=CHECKPOINT_EVENTS,
            fetch_wait_seconds=FETCH_WAIT_MS / 1000,
            check_crcs=False,
        )
        self.worker = Worker(settings, self._restored, RawLookup(store))
        self.sink = ClickHouseSink(
            self.broker.bootstrap,
            store,
            epoch,
            calendar,
            states=STATE_TOPICS,
            consumer_options={"check_crcs": False, "fetch_max_wait_ms": FETCH_WAIT_MS},
        )
        self.worker.writer.admit = Admission(self.sink, topics.TOTALS)
        self.signals = SignalFlow(
            self.broker.bootstrap, self.sink, folder.path / "signals-journal", store, signal_ledgers
        )
        self.watching = Watching(self.broker.bootstrap, store, calendar, folder.rules(), self.settings)
        self._journal = Journal(folder.journal)
        self._client = SalesPublisher(self.broker.bootstrap)
        self.publisher = JournaledPublisher(self._client, self._journal, self._drained)
        self.is_filling = False
        """Whether a past is being published or counted."""
        self.failure: BaseException | None = None
        """Why a part of the demo ended by itself."""

    async def publish_to(self, topic: str, records: Sequence[OutgoingRecord]) -> None:
        """Send records to another topic than the sales'. Signals are journaled; ClickHouse keeps the rest."""
        if topic == topics.SIGNALS:
            await self.signals.publisher.send(records)
            return
        async with SalesPublisher(self.broker.bootstrap, topic=topic) as publisher:
            await publisher.send(records)

    def _restored(self, partition: int, raw: dict[bytes, bytes]) -> PartitionLedger:
        # The broker keeps too little of a changelog; there is no other worker, so this is the newest.
        del raw
        return self._ledgers[partition]

    async def _drained(self, sent: int) -> bool:
        if sum(ledger.next_offset for ledger in self._ledgers.values()) < sent:
            return False
        lag = await self.sink.lag()
        return bool(lag) and not any(behind for place, behind in lag.items() if place.topic == topics.EVENTS)

    async def finished(self) -> bool:
        """Whether all that was published so far is counted, checkpointed and written."""
        if not await self._drained(self.publisher.sent):
            return False
        told = not any(ledger.changed for ledger in self._ledgers.values())
        return told and await self.signals.finished() and await self.sink.idle()

    async def signals_seen(self) -> None:
        """Return once the watcher has seen all signals that were published: awards go by them then."""
        while not (await self.signals.finished() and self.watching.has_seen(self.signals.positions)):
            await asyncio.sleep(0.2)
        self.watching.signals_are_whole()

    @contextlib.contextmanager
    def filling(self) -> Iterator[None]:
        """While much comes at once, for the time of the block: fewer checkpoints and blocks, each of more."""
        usual = self.worker.checkpoint_seconds, self.sink.flush_seconds
        self.is_filling = True
        self.worker.checkpoint_seconds = self.sink.flush_seconds = UNHURRIED_SECONDS
        try:
            yield
        finally:
            self.is_filling = False
            self.worker.checkpoint_seconds, self.sink.flush_seconds = usual

    async def settled(self) -> None:
        """Return once that is so."""
        while not await self.finished():
            await asyncio.sleep(0.05)

    def counts(self) -> Counts:
        """The counts now."""
        return Counts(self._ledgers.values())

    def newest(self) -> datetime | None:
        """When the newest record of earlier runs was published; None for a new folder."""
        newest = max((ledger.position.recorded_at for ledger in self._ledgers.values()), default=0)
        return datetime.fromtimestamp(newest / 1000, UTC) if newest else None

    async def recover(self) -> int:
        """Send again what an earlier run had accepted and not stored; how many events that were."""
        missing = await asyncio.to_thread(
            not_stored, self.store, "events", self._journal.left_over(), _identity
        )
        if missing:
            log.info(
                "%d accepted events were not stored when the last run ended; they are sent again",
                len(missing),
            )
            await self.publisher.resend(missing)
        return len(missing)

    async def tidy(self) -> None:
        """Clear the journal now and then, for as long as the demo runs."""
        while True:
            await asyncio.sleep(5)
            await self.publisher.clear_journal()
            await self.signals.publisher.clear_journal()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run all parts for as long as the block does. They start side by side: each waits for its group."""
        async with side_by_side(self._counting(), self.signals.running(), self.watching.running()):
            yield

    @contextlib.asynccontextmanager
    async def _counting(self) -> AsyncIterator[None]:
        """Count sales and write what all parts tell; at the end nothing is left behind."""
        sink = asyncio.create_task(self.sink.run(), name="sink")
        sink.add_done_callback(self._part_ended)
        await self.worker.start()
        await self._client.start()
        await self._ready()
        await self.recover()
        tidy = asyncio.create_task(self.tidy(), name="journal")
        try:
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
                await self.settled()
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
        epoch = max(next_epoch(store, epoch_at(datetime.now(UTC))), last_epoch(store) + 1)
        ledgers = rebuilt(store, calendar, epoch, PARTITIONS, progress)
        signal_ledgers = rebuilt_signals(store, calendar, epoch)
        return Demo(
            folder, store, calendar, ledgers, signal_ledgers=signal_ledgers, epoch=epoch, files=settings
        )
    except BaseException:
        store.close()
        raise


def _changelogs() -> list[str]:
    """The topics behind all tables."""
    tables = [topics.agent_changelog("daybook", name) for name in topics.AGENTS]
    return [StreamSettings("", PARTITIONS).changelog, signal_settings("").changelog, *tables]


def _identity(value: bytes) -> bytes:
    try:
        event: Any = decode_event(value)
    except EventRefused:
        return b""
    return identity(event.source, event.event_id)

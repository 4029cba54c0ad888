"""The demo's signals: counted by a worker of their own over the same broker, and journaled like sales."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from daybook.demo.broker import PARTITIONS, PATIENT_FETCH_WAIT_MS
from daybook.demo.flow import Admission, JournaledPublisher
from daybook.demo.journal import Journal, not_stored
from daybook.ledger.calendar import Calendar
from daybook.ledger.counting import Checkpoint
from daybook.ledger.identity import identity
from daybook.ledger.positions import version
from daybook.ledger.signals.state import SignalLedger
from daybook.producers.client import SignalsPublisher
from daybook.schemas import topics
from daybook.schemas.codec import EventRefused
from daybook.schemas.signals.any import decode_signal
from daybook.sinks.raw_events import RawLookup
from daybook.sinks.raw_signals import folded
from daybook.sinks.signal_rows import SIGNAL_TABLES
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store, transposed
from daybook.sinks.writer import ClickHouseSink
from daybook.streams.app import StreamSettings, Worker
from daybook.topics import signals_application

CHECKPOINT_EVENTS: Final = 500
_LAST_EPOCH = (
    "SELECT greatest((SELECT max(epoch) FROM signal_events), (SELECT max(epoch) FROM signal_positions))"
)
_DEAD: Final = """
SELECT count() FROM signal_outcomes FINAL WHERE partition = {partition:UInt16} AND outcome = 'dead'
"""


class SignalFlow:
    """Signals from their publisher to ClickHouse. ``publisher`` accepts them."""

    def __init__(
        self,
        bootstrap: str,
        sink: ClickHouseSink,
        journal: Path,
        store: Store,
        ledgers: dict[int, SignalLedger],
    ) -> None:
        self._store = store
        self._sink = sink
        self._ledgers = ledgers
        self._settings = stream_settings(bootstrap)
        self._worker = Worker(
            self._settings, lambda partition, _: ledgers[partition], RawLookup(store, topics.SIGNS)
        )
        self._worker.writer.admit = Admission(sink, topics.SIGNAL_TOTALS)
        self._journal = Journal(journal)
        self._client = SignalsPublisher(bootstrap)
        self.publisher = JournaledPublisher(self._client, self._journal, self._drained)

    async def _drained(self, sent: int) -> bool:
        if sum(ledger.next_offset for ledger in self._ledgers.values()) < sent:
            return False
        lag = await self._sink.lag()
        return bool(lag) and not any(behind for place, behind in lag.items() if place.topic == topics.SIGNALS)

    async def finished(self) -> bool:
        """Whether all that was published so far is counted and told."""
        told = not any(ledger.changed for ledger in self._ledgers.values())
        return told and await self._drained(self.publisher.sent)

    @property
    def positions(self) -> dict[int, int]:
        """By partition the version below which all is counted, of those that have counted anything."""
        ledgers = self._ledgers.values()
        return {ledger.partition: ledger.position.version for ledger in ledgers if ledger.position.received}

    def newest(self) -> datetime | None:
        """When the newest signal of earlier runs was published; None where there is none."""
        newest = max((ledger.position.recorded_at for ledger in self._ledgers.values()), default=0)
        return datetime.fromtimestamp(newest / 1000, UTC) if newest else None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Count for as long as the block runs; what an earlier run accepted and did not store comes again."""
        await self._worker.start()
        await self._client.start()
        try:
            while len(self._worker.table.ledgers) < PARTITIONS:
                await asyncio.sleep(0.05)
            left = self._journal.left_over()
            missing = await asyncio.to_thread(not_stored, self._store, "signal_events", left, _identity)
            await self.publisher.resend(missing)
            yield
        finally:
            await self._stop()

    async def _stop(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(15):
                while not await self.finished():
                    await asyncio.sleep(0.05)
                await self.publisher.clear_journal()
        await self._client.stop()
        await self._worker.stop()
        self._journal.close()


def stream_settings(bootstrap: str) -> StreamSettings:
    """How the demo's worker of signals runs."""
    return StreamSettings(
        bootstrap,
        PARTITIONS,
        app_id=signals_application("daybook"),
        checkpoint_events=CHECKPOINT_EVENTS,
        counted=topics.SIGNS,
        fetch_wait_seconds=PATIENT_FETCH_WAIT_MS / 1000,
        check_crcs=False,
    )


def last_epoch(store: Store) -> int:
    """The newest epoch of signals that the store has seen; 0 for none."""
    return int(store.value(_LAST_EPOCH))


def rebuilt_signals(
    store: Store, calendar: Calendar, epoch: int, progress: Callable[[int], None] = lambda _: None
) -> dict[int, SignalLedger]:
    """The ledgers of all partitions, from the raw signals; what they tell is written to the store."""
    ledgers, done = {}, 0
    for partition in range(PARTITIONS):
        ledger = folded(store, calendar, partition)
        ledger.forgetful = True
        done += ledger.position.received
        progress(done)
        dead = int(store.value(_DEAD, {"partition": partition}))
        position = ledger.position
        ledger.position = position._replace(
            received=position.received + dead, dead=position.dead + dead, missing=0
        )
        told_before = ledger.changed
        ledger.adopt_epoch(epoch)
        if told_before:
            _write(store, partition, version(epoch, 0), ledger.take_checkpoint())
        ledgers[partition] = ledger
    return ledgers


def _write(store: Store, partition: int, at: int, taken: Checkpoint) -> None:
    """What the sink may not have written before the end."""
    by_topic: dict[str, list[tuple[bytes, bytes]]] = {
        topics.SIGNAL_TOTALS: taken.totals,
        topics.SIGNAL_OUTCOMES: [(b"", taken.outcomes)] if taken.outcomes is not None else [],
        topics.SIGNAL_DEAD_LETTERS: [(key.encode(), value) for key, value in taken.dead_letters],
    }
    for topic in SIGNAL_TABLES:
        records = [StateRecord(partition, 0, at, 0, *each) for each in by_topic.get(topic.topic, [])]
        for table in (topic, *topic.also):
            rows = [row for record in records for row in table.rows(record)]
            if rows:
                store.insert(table.table, transposed(table.columns, rows))


def _identity(value: bytes) -> bytes:
    try:
        signal = decode_signal(value)
    except EventRefused:
        return b""
    return identity(signal.source, signal.event_id)

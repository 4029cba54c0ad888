"""The sink worker: what stands in the log goes to ClickHouse, in a consumer group of its own.

The order of a flush:

1. per partition: lines and raw events, outcomes, dead letters, totals, positions, then what state topics
   tell (``daybook.sinks.states``), each as a named block;
2. a block that could not be inserted is tried again, unchanged, until it is in; meanwhile nothing is fetched;
3. only then the offsets are committed.

So after any end, and after any answer that got lost, blocks come again, and coming again changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from aiokafka import ConsumerRecord, TopicPartition

from daybook.ledger.calendar import Calendar
from daybook.ledger.positions import version
from daybook.schemas import topics
from daybook.schemas.stores import StoreEntry
from daybook.sinks.blocks import read_told
from daybook.sinks.clocks import write_clocks
from daybook.sinks.errors import StoreError
from daybook.sinks.log import LogReader, source_record
from daybook.sinks.pending import ORDER, Pending, PendingEvents, PendingTold
from daybook.sinks.states import PendingStates, StateTopic
from daybook.sinks.store import Store

GROUP: Final = "daybook-sink"
_LOG: Final = logging.getLogger(__name__)
_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 5.0
"""Seconds between tries while ClickHouse is away."""
_STOP_SECONDS: Final = 15.0
_COVERED: Final = """
SELECT partition, max(offset) + 1 FROM events WHERE epoch = {epoch:UInt32} GROUP BY partition
"""
T = TypeVar("T")


class _GivenUp(Exception):
    """ClickHouse gave no answer for as long as a stopping sink waits."""


class ClickHouseSink:
    """Reads the topics and writes their rows. Run it as a task; ``stop`` flushes what it has.

    Args:
        bootstrap: brokers.
        store: where to; its migrations must have been applied.
        epoch: the source topic's epoch, in minutes since 2020.
        calendar: the stores, for the business dates of lines.
        states: the state topics to write besides.
        epochs: the epochs of those state topics that have one of their own.
        group_id: the consumer group.
        flush_seconds: how long records may wait for more; may be changed at any time.
        batch_records: records of one partition in one block, at most.
        consumer_options: further options of the consumer, for brokers that need them.
        before_flush: called before rows are made, so that a store that was added meanwhile is known.
    """

    def __init__(
        self,
        bootstrap: str,
        store: Store,
        epoch: int,
        calendar: Calendar,
        *,
        states: Sequence[StateTopic] = (),
        epochs: Mapping[str, int] | None = None,
        group_id: str = GROUP,
        flush_seconds: float = 0.25,
        batch_records: int = 10_000,
        consumer_options: Mapping[str, Any] | None = None,
        before_flush: Callable[[], object] = lambda: None,
    ) -> None:
        self._before_flush = before_flush
        self._bootstrap = bootstrap
        self._store = store
        self._epoch = epoch
        self._calendar = calendar
        self._states = {state.topic: state for state in states}
        self._epochs = epochs or {}
        self._order = (*ORDER, *self._states)
        self._group_id = group_id
        self.flush_seconds = flush_seconds
        self._batch_records = batch_records
        self._consumer_options = consumer_options
        self._log: LogReader | None = None
        self._pending: dict[TopicPartition, Pending] = {}
        self._written: dict[int, dict[bytes, int]] = {}
        self._covered: dict[int, int] | None = None
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        self._due_at: float | None = None
        self._clocks_of: list[StoreEntry] | None = None
        self._give_up_at: float | None = None
        self.failing_since: float | None = None
        """When ClickHouse stopped taking blocks (``time.time()``); None while it takes them."""

    async def run(self) -> None:
        """Write until ``stop`` is called.

        Raises:
            KafkaError: the brokers cannot be reached at the start.
        """
        log = self._log = LogReader(self._bootstrap, self._group_id, self._order, self._consumer_options)
        try:
            await log.start()
            await self._write_clocks(log)
            while not self._stopping.is_set():
                await self._fetch(log)
                if self._due():
                    await self._flush(log)
            await self._flush(log)
        except _GivenUp:
            _LOG.warning("ClickHouse did not take the last rows; they are read again next time")
        finally:
            self._log = None
            await log.stop()
            self._stopped.set()

    async def stop(self) -> None:
        """End ``run`` after a last flush. What ClickHouse does not take in time is read again next time."""
        self._give_up_at = time.monotonic() + _STOP_SECONDS
        self._stopping.set()
        if self._log is not None:
            await self._stopped.wait()

    async def lag(self) -> dict[TopicPartition, int]:
        """Offsets between what is written and the end of each assigned partition, markers included.

        Raises:
            KafkaError: the brokers cannot be asked.
        """
        log = self._log
        if log is None:
            return {}
        lag = {}
        for place, end in (await log.ends()).items():
            pending = self._pending.get(place)
            first = pending.first_offset if pending is not None else None
            lag[place] = max(0, end - (first if first is not None else await log.position(place)))
        return lag

    async def idle(self) -> bool:
        """Whether all that stands in the log by now is written. Not before partitions are assigned."""
        lag = await self.lag()
        return bool(lag) and not any(lag.values())

    async def _fetch(self, log: LogReader) -> None:
        wait = self.flush_seconds
        if self._due_at is not None:
            wait = min(wait, max(0.0, self._due_at - time.monotonic()))
        got = await log.fetch(wait, self._batch_records)
        if not log.current:
            self._pending.clear()
            self._covered = None
            await log.resume_at_committed()
            return
        for place, records in got.items():
            self._take(place, records)
        if got and self._due_at is None:
            self._due_at = time.monotonic() + self.flush_seconds

    def _take(self, place: TopicPartition, records: list[ConsumerRecord[Any, Any]]) -> None:
        pending = self._pending.get(place)
        if pending is None:
            pending = self._pending[place] = self._new_pending(place)
        if isinstance(pending, PendingEvents):
            for record in records:
                pending.add(source_record(record))
        elif isinstance(pending, PendingTold):
            for record in records:
                pending.add(read_told(place.topic, record.offset, record.key, record.value))
        elif isinstance(pending, PendingStates):
            for record in records:
                pending.add(record)

    def _new_pending(self, place: TopicPartition) -> Pending:
        if place.topic == topics.EVENTS:
            return PendingEvents(place.partition, self._epoch, self._calendar)
        if (state := self._states.get(place.topic)) is not None:
            return PendingStates(state, place.partition, self._epochs.get(place.topic, self._epoch))
        written = self._written.setdefault(place.partition, {})
        return PendingTold(place.topic, place.partition, self._epoch, written)

    def _full(self) -> set[TopicPartition]:
        return {place for place, pending in self._pending.items() if len(pending) >= self._batch_records}

    def _due(self) -> bool:
        return bool(self._full()) or (self._due_at is not None and time.monotonic() >= self._due_at)

    async def _flush(self, log: LogReader) -> None:
        self._before_flush()
        await self._write_clocks(log)
        for topic in self._order:
            places = sorted(place for place in self._pending if place.topic == topic)
            await self._write_topic(log, places)
        # What has to wait for the raw events behind it is looked at again with the next flush.
        waiting = any(len(pending) for pending in self._pending.values())
        self._due_at = time.monotonic() + self.flush_seconds if waiting else None
        log.hold(self._full())

    async def _write_topic(self, log: LogReader, places: list[TopicPartition]) -> None:
        offsets: dict[TopicPartition, int] = {}
        for place in places:
            if not log.current:
                return
            pending = self._pending[place]
            covered = 0
            if place.topic not in self._states:
                covered = await self._covered_version(log, place.partition)
            batch = await asyncio.to_thread(pending.batch, covered, self._batch_records)
            if batch is None:
                continue
            for block in batch.blocks:
                await self._until_taken(log, self._store.insert, block.table, block.columns, block.token)
            pending.drop(batch)
            offsets[place] = batch.next_offset
            if place.topic == topics.EVENTS and self._covered is not None:
                self._covered[place.partition] = max(self._covered.get(place.partition, 0), batch.next_offset)
        if offsets and log.current:
            await log.commit(offsets)

    async def _write_clocks(self, log: LogReader) -> None:
        """At the first flush, and when the stores file was read anew: boards tell wall time by them."""
        stores = self._calendar.stores
        if stores != self._clocks_of:
            await self._until_taken(log, write_clocks, self._store, stores, time.time_ns() // 1_000_000)
            self._clocks_of = stores

    async def _covered_version(self, log: LogReader, partition: int) -> int:
        if self._covered is None:
            rows = await self._until_taken(log, self._store.rows, _COVERED, {"epoch": self._epoch})
            self._covered = {int(row[0]): int(row[1]) for row in rows}
        return version(self._epoch, self._covered.get(partition, 0))

    async def _until_taken(self, log: LogReader, work: Callable[..., T], *args: Any) -> T:
        """Ask ClickHouse until it answers. Nothing is fetched meanwhile, so nothing piles up.

        Raises:
            _GivenUp: it did not while the sink was stopping.
        """
        wait = _FIRST_WAIT
        while True:
            try:
                answer = await asyncio.to_thread(work, *args)
            except StoreError as error:
                self._note_failure(error)
                if self._give_up_at is not None and time.monotonic() >= self._give_up_at:
                    raise _GivenUp from error
                await log.breathe()
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                if self.failing_since is not None:
                    _LOG.info("ClickHouse takes rows again")
                    self.failing_since = None
                return answer

    def _note_failure(self, error: StoreError) -> None:
        if self.failing_since is None:
            self.failing_since = time.time()
            _LOG.warning("ClickHouse does not take rows; trying until it does", exc_info=error)
        else:
            _LOG.debug("ClickHouse still does not take rows", exc_info=error)

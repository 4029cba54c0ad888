"""The totals agent: batches in, checkpoints out.

The order of a checkpoint, from which everything else follows:

1. take what changed, with the position it is the state of;
2. one transaction: changelog, totals, outcomes, dead letters;
3. only after it has committed: the source offsets.

Should step 2 fail, or its outcome be unknown, the state is dropped and read again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, MutableMapping, Sequence
from typing import Any, Protocol

from daybook.ledger.arrivals import LateArrival, MissingRecordsError, Record
from daybook.ledger.counting import AnyLedger
from daybook.schemas import topics
from daybook.streams.noted import Noted
from daybook.streams.writer import CheckpointFailedError, CheckpointWriter

log = logging.getLogger(__name__)

DEAD_IN_A_ROW = 1000
"""Consecutive dead letters of a partition after which a warning is raised."""
BEHIND_SECONDS = 2.0
"""Age of a partition's newest counted record from which it is behind, if more are to be read."""
PATIENCE_SECONDS = 1.0
"""While it is behind, a partition's checkpoints are so far apart: a total is told once for many changes."""


class LateLookup(Protocol):
    """Asks the raw events whether late arrivals stand there at an earlier position."""

    async def known(self, ledger: AnyLedger, arrivals: Sequence[LateArrival]) -> Collection[bytes] | None:
        """Identities that were seen before; None if that cannot be asked now."""


class SourceLog(Protocol):
    """The part of the consumer that the agent steers."""

    async def seek(self, partition: int, offset: int) -> None:
        """Read on at an offset."""

    async def first_offset(self, partition: int) -> int:
        """The oldest offset that the log still holds."""

    async def commit(self, partition: int, offset: int) -> None:
        """Commit the next offset to read."""


class MeasuredLog(SourceLog, Protocol):
    """A log whose length is known besides."""

    def known_end(self, partition: int) -> int:
        """How far the log went when it was last read; 0 where that is not known."""


class TotalsProcessor:
    """Counts batches into the ledgers of a table and writes their checkpoints.

    Args:
        ledgers: the owned partitions' ledgers, kept by the table.
        writer: writes checkpoints.
        source: steers the consumer.
        lookup: asks for late arrivals; None where raw events cannot be asked.
        checkpoint_events: records after which a checkpoint is due at once.
        on_lost: called when a state had to be dropped.
        topic: the source's name, for what is logged.
    """

    def __init__(
        self,
        ledgers: MutableMapping[int, Any],
        writer: CheckpointWriter,
        source: MeasuredLog,
        lookup: LateLookup | None,
        *,
        checkpoint_events: int,
        on_lost: Callable[[CheckpointFailedError], Awaitable[None]],
        topic: str = topics.EVENTS,
    ) -> None:
        self._topic = topic
        self._ledgers: MutableMapping[int, AnyLedger] = ledgers
        self._writer = writer
        self._source = source
        self._lookup = lookup
        self._checkpoint_events = checkpoint_events
        self._on_lost = on_lost
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._since: defaultdict[int, int] = defaultdict(int)
        self._told_at: dict[int, float] = {}
        self._seeking: dict[int, int] = {}
        self._warned: set[int] = set()
        self.replays = 0
        """Times that a batch had to be read again."""
        self.noted = Noted()

    async def process(self, partition: int, records: Sequence[Any]) -> None:
        """Count a batch of consumer records."""
        ledger = self._ledgers.get(partition)
        if ledger is None:
            # Fetched before a rebalance: whoever owns the partition reads it again from its position.
            return
        try:
            batch = ledger.decode([_record(r) for r in records if r.offset >= ledger.next_offset])
        except MissingRecordsError as missing:
            await self._read_again(ledger, missing)
            return
        self._seeking.pop(partition, None)
        if batch.defect is not None:
            self._note_defect(partition, batch.defect)
        known: Collection[bytes] | None = ()
        unverified = ledger.unverified(batch)
        if unverified:
            known = await self._lookup.known(ledger, unverified) if self._lookup else None
            if self._ledgers.get(partition) is not ledger:
                return
        try:
            ledger.apply(batch, known)
        except Exception as error:
            # It may have taken half of the batch: such a state must never be written.
            log.exception("partition %d: a batch could not be counted", partition)
            await self._lose(ledger, CheckpointFailedError(f"partition {partition}: {type(error).__name__}"))
            return
        self._warn_of_dead_letters(ledger)
        if batch.records:
            self.noted.changed(partition)
        self._since[partition] += len(batch.records)
        if self._since[partition] >= self._checkpoint_events:
            await self.checkpoint(partition)

    def _note_defect(self, partition: int, defect: Exception) -> None:
        """Tell of a defect of the fast way: loudly once, for it may be in every batch from now on."""
        self.noted.defects += 1
        log.log(
            logging.ERROR if self.noted.defects == 1 else logging.DEBUG,
            "partition %d: a batch could not be read in columns and is counted one by one: totals are right, "
            "but the worker is slow. This is a defect of Daybook: please report it with what follows.",
            partition,
            exc_info=defect,
        )

    async def _read_again(self, ledger: AnyLedger, missing: MissingRecordsError) -> None:
        partition, expected = ledger.partition, missing.expected
        if self._seeking.get(partition) == expected:
            first = await self._source.first_offset(partition)
            if first > expected:
                log.error(
                    "records %d to %d of %s partition %d are gone: the topic's retention took them before "
                    "they were counted. Totals lack them; `daybook rebuild` recomputes them from raw events.",
                    expected,
                    first - 1,
                    self._topic,
                    partition,
                )
                ledger.skip_missing(first)
                expected = first
        self._seeking[partition] = expected
        self.replays += 1
        log.info("partition %d: expected offset %d, got %d; reading again", partition, expected, missing.got)
        await self._source.seek(partition, expected)

    async def read_again(self, partition: int) -> None:
        """Read on at the next expected offset: a batch may have been lost behind which nothing came."""
        ledger = self._ledgers.get(partition)
        if ledger is not None:
            self.replays += 1
            log.info(
                "partition %d: nothing came after offset %d; reading again", partition, ledger.next_offset
            )
            await self._source.seek(partition, ledger.next_offset)

    def _warn_of_dead_letters(self, ledger: AnyLedger) -> None:
        partition = ledger.partition
        if ledger.consecutive_dead < DEAD_IN_A_ROW:
            self._warned.discard(partition)
        elif partition not in self._warned:
            self._warned.add(partition)
            log.warning(
                "partition %d: the last %d events are all dead letters. See `daybook dead-letters list`: a "
                "producer may send a format that is not ours, or the stores file may lack stores.",
                partition,
                ledger.consecutive_dead,
            )

    async def checkpoint(self, partition: int) -> None:
        """Write a partition's changes, then commit its source position."""
        async with self._locks[partition]:
            ledger = self._ledgers.get(partition)
            if ledger is None or not ledger.changed:
                return
            self._since[partition] = 0
            self._told_at[partition] = asyncio.get_running_loop().time()
            taken = ledger.take_checkpoint()
            try:
                await self._writer.write(partition, taken)
            except CheckpointFailedError as error:
                self.noted.failed(partition, error)
                await self._lose(ledger, error)
                return
            self.noted.written(partition, taken)
            if self._ledgers.get(partition) is ledger:
                await self._source.commit(partition, taken.next_offset)

    async def _lose(self, ledger: AnyLedger, error: CheckpointFailedError) -> None:
        """Drop a state, unless a rebalance has already put a newer one in its place."""
        if self._ledgers.get(ledger.partition) is ledger:
            del self._ledgers[ledger.partition]
            await self._on_lost(error)

    async def checkpoint_all(self) -> None:
        """Write the changes of all owned partitions."""
        await asyncio.gather(*(self.checkpoint(partition) for partition in list(self._ledgers)))

    async def checkpoint_due(self, now: float) -> None:
        """Write the changes of all owned partitions, save of one that is behind and was written lately.

        Args:
            now: seconds since the epoch, UTC.
        """
        due = [partition for partition in list(self._ledgers) if not self._waits(partition, now)]
        await asyncio.gather(*(self.checkpoint(partition) for partition in due))

    def _waits(self, partition: int, now: float) -> bool:
        ledger = self._ledgers[partition]
        old = now - ledger.position.recorded_at / 1000 > BEHIND_SECONDS
        behind = old and ledger.next_offset < self._source.known_end(partition)
        since = asyncio.get_running_loop().time() - self._told_at.get(partition, float("-inf"))
        return behind and since < PATIENCE_SECONDS


def _record(record: Any) -> Record:
    return Record(record.offset, record.timestamp, record.value or b"")

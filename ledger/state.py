"""The totals of one source partition, and how records change them.

Everything here is a function of the log: the same records give the same state, however often parts of them
come again and wherever batches are cut. Times are those that the log recorded.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import numpy as np

from daybook.ledger.arrivals import Arrival, MissingRecordsError, Record, internal_problem
from daybook.ledger.batches import Batch, BatchReader, Run
from daybook.ledger.calendar import Calendar, UnknownStoreError
from daybook.ledger.columns.codes import Flags
from daybook.ledger.columns.sales import Sales
from daybook.ledger.lines import LedgerLine, ledger_lines
from daybook.ledger.messages import PartitionPosition, decode_totals, encode
from daybook.ledger.orders import PREFIX as ORDER_PREFIX
from daybook.ledger.orders import AppliedOrder, decode_order, encode_order, order_key
from daybook.ledger.positions import version
from daybook.ledger.regrouping import KEY as REGROUPED
from daybook.ledger.regrouping import Regrouped, decode_regrouped
from daybook.ledger.remembered import Remembered
from daybook.ledger.totals import Totals, bucket_key, encode_bucket
from daybook.ledger.uncounted import COUNTED, DEAD, DUPLICATE, SUPERSEDED, Uncounted
from daybook.schemas.codec import Problem, Reason
from daybook.schemas.events import OrderSnapshot

__all__ = ["Arrival", "Batch", "Checkpoint", "MissingRecordsError", "PartitionLedger", "Record"]

COLUMNS_FROM: Final = 64
"""Records of a batch from which on columns are worth their trouble."""
_POSITION: Final = b"position"
_ONE_BY_ONE: Final = BatchReader(sys.maxsize)
"""After a regrouping each record's place has to be looked at."""
_MISPLACED: Final = Problem(
    Reason.MISPLACED, "order_id", "on the partition of before the topic got more; a replay puts it right"
)
_UNVERIFIED: Final = Problem(
    Reason.LATE_UNVERIFIED, "time", "older than 72 hours, and the raw events cannot be asked"
)


class Checkpoint(NamedTuple):
    """All that one checkpoint writes, in one transaction. A changelog value of None deletes a key."""

    next_offset: int
    changelog: list[tuple[bytes, bytes | None]]
    totals: list[tuple[bytes, bytes]]
    outcomes: bytes | None
    dead_letters: list[tuple[str, bytes]]


class PartitionLedger:
    """Totals, remembered identities, orders and position of one partition.

    Args:
        partition: the source partition's number.
        epoch: the source topic's epoch.
        calendar: the stores.
        forgetful: whether identities are forgotten after their time; a rebuild keeps them all.
        columns_from: records of a batch from which on its ordinary sales are counted in columns; it changes
            the speed and nothing else.
    """

    def __init__(
        self,
        partition: int,
        epoch: int,
        calendar: Calendar,
        *,
        forgetful: bool = True,
        columns_from: int = COLUMNS_FROM,
    ) -> None:
        self.partition = partition
        self.epoch = epoch
        self.calendar = calendar
        self.forgetful = forgetful
        self.totals = Totals()
        self.remembered = Remembered()
        self.orders: dict[bytes, AppliedOrder] = {}
        self.position = PartitionPosition(epoch, partition, 0, 0, 0, 0, 0, 0, 0)
        self.consecutive_dead = 0
        self._changed_orders: set[bytes] = set()
        self._uncounted = Uncounted(partition)
        self._reader = BatchReader(columns_from)
        self._regrouped: Regrouped | None = None
        self._forgotten_chunks: list[bytes] = []
        self._told = self.position

    @property
    def next_offset(self) -> int:
        """The next expected offset of the source partition."""
        return self.position.next_offset

    @property
    def changed(self) -> bool:
        """Whether there is anything to checkpoint."""
        return self.position is not self._told

    def decode(self, records: Sequence[Record]) -> Batch:
        """The records that are new to this state, decoded.

        Raises:
            MissingRecordsError: they do not begin at, or before, the next expected offset, or have a hole.
        """
        new = [record for record in records if record.offset >= self.next_offset]
        for expected, record in enumerate(new, self.next_offset):
            if record.offset != expected:
                raise MissingRecordsError(expected, record.offset)
        first_version = version(self.epoch, self.next_offset)
        if new and self._regrouped is not None and new[0].recorded_at >= self._regrouped.until:
            self._regrouped = None
        reader = self._reader if self._regrouped is None else _ONE_BY_ONE
        return reader.read(new, self.calendar, first_version, late=not self.remembered.forgotten_before)

    def unverified(self, batch: Batch) -> list[Arrival]:
        """Late arrivals whose first may have been forgotten: to be looked up among the raw events."""
        if not self.remembered.forgotten_before:
            return []
        return [a for a in batch.others if a.late and a.event and a.identity not in self.remembered]

    def apply(self, batch: Batch, known: Collection[bytes] | None = ()) -> None:
        """Count a batch.

        Args:
            batch: what ``decode`` gave.
            known: identities of ``unverified`` arrivals that stand among the raw events; None if that could
                not be asked, and then those arrivals become dead letters.
        """
        if not batch.records:
            return
        unverified = {a.identity for a in self.unverified(batch)} if known is None else frozenset()
        batch = batch.singly(known or unverified)
        fresh = np.ones(len(batch.sales) if batch.sales else 0, np.bool_)
        tally: Counter[str] = Counter()
        for run in batch.runs():
            if batch.sales is not None and run.end > run.start:
                self._remember(batch, batch.sales, run, fresh)
                self.consecutive_dead = 0
            if run.then is not None:
                outcome = self._count(run.then, known or (), unverified)
                tally[outcome] += 1
                self.consecutive_dead = self.consecutive_dead + 1 if outcome == DEAD else 0
        if batch.sales is not None:
            tally[COUNTED] += int(fresh.sum())
            tally[DUPLICATE] += int((~fresh).sum())
            for addition in batch.sales.take(fresh).additions():
                self.totals.add_columns(addition)
        self._advance(batch.records[-1], tally)

    def _remember(self, batch: Batch, sales: Sales, run: Run, fresh: Flags) -> None:
        """Remember the sales of a run; those that are repeats are noted, and no longer marked as fresh."""
        rows = slice(run.start, run.end)
        first = version(self.epoch, batch.records[0].offset)
        versions = (first + sales.places[rows]).tolist()
        repeats = self.remembered.add_all(sales.identities[rows], sales.recorded_at[rows], versions)
        for row in repeats:
            fresh[run.start + row] = False
            record = batch.records[int(sales.places[run.start + row])]
            self._uncounted.note(self.epoch, record, DUPLICATE)

    def fold(self, records: Sequence[Record]) -> None:
        """Decode and count records whose identities are all remembered."""
        self.apply(self.decode(records))

    def skip_missing(self, offset: int) -> None:
        """Go on at an offset though records before it are lost (the topic's retention took them)."""
        self.position = self.position._replace(
            next_offset=offset, missing=self.position.missing + offset - self.next_offset
        )

    def _count(  # noqa: PLR0911 - one way out for each outcome
        self, new: Arrival, known: Collection[bytes], unverified: Collection[bytes]
    ) -> str:
        """Count one arrival, or note why not; the outcome."""
        event, record = new.event, new.record
        if event is None or new.problem is not None:
            return self._uncounted.refuse(self.epoch, new, new.problem or internal_problem(None))
        if new.identity in self.remembered or new.identity in known:
            return self._uncounted.note(self.epoch, record, DUPLICATE)
        if new.identity in unverified:
            return self._uncounted.refuse(self.epoch, new, _UNVERIFIED)
        if self._is_misplaced(event.order_id, record):
            return self._uncounted.refuse(self.epoch, new, _MISPLACED)
        try:
            lines = ledger_lines(event, self.calendar)
        except UnknownStoreError:
            unknown = Problem(Reason.UNKNOWN_STORE, "store_id", "not in the stores file")
            return self._uncounted.refuse(self.epoch, new, unknown)
        except Exception as error:  # noqa: BLE001 - one bad event must never stop the good ones
            return self._uncounted.refuse(self.epoch, new, internal_problem(error))
        at = version(self.epoch, record.offset)
        self.remembered.add(new.identity, record.recorded_at, at)
        if isinstance(event, OrderSnapshot):
            return self._apply_snapshot(event, record, lines, at)
        self.totals.add(lines, at)
        return COUNTED

    def _is_misplaced(self, order_id: str, record: Record) -> bool:
        regrouped = self._regrouped
        return regrouped is not None and regrouped.misplaced(order_id, self.partition, record.recorded_at)

    def _apply_snapshot(self, event: OrderSnapshot, record: Record, lines: list[LedgerLine], at: int) -> str:
        key = order_key(event.source, event.order_id)
        applied = self.orders.get(key)
        if applied is not None and applied.order_version >= event.version:
            return self._uncounted.note(self.epoch, record, SUPERSEDED)
        if applied is not None:
            self.totals.add(applied.lines, at, -1)
            self._uncounted.replaced(applied.position, applied.partition)
        self.totals.add(lines, at)
        self.orders[key] = AppliedOrder(event.version, at, lines)
        self._changed_orders.add(key)
        return COUNTED

    def _advance(self, last: Record, tally: Counter[str]) -> None:
        p = self.position
        self.position = p._replace(
            next_offset=last.offset + 1,
            received=p.received + tally.total(),
            counted=p.counted + tally[COUNTED],
            duplicates=p.duplicates + tally[DUPLICATE],
            superseded=p.superseded + tally[SUPERSEDED],
            dead=p.dead + tally[DEAD],
            recorded_at=max(p.recorded_at, last.recorded_at),
        )
        self.remembered.settle()
        if self.forgetful:
            self._forgotten_chunks += self.remembered.forget(last.recorded_at)

    def take_checkpoint(self) -> Checkpoint:
        """All changes since the last call. Who cannot write them must drop this state and read it again."""
        position = self.position = self.position._replace(forgotten_before=self.remembered.forgotten_before)
        self._told = position
        buckets = [
            (bucket_key(bucket.name), encode_bucket(bucket, self.partition))
            for bucket in self.totals.take_changed(position.version)
        ]
        told = encode(position)
        orders = [(key, encode_order(self.orders[key])) for key in self._changed_orders]
        forgotten: list[tuple[bytes, bytes | None]] = [(key, None) for key in self._forgotten_chunks]
        fresh = self.remembered.take_fresh()
        outcomes, dead = self._uncounted.take()
        self._changed_orders, self._forgotten_chunks = set(), []
        changelog = [(b"total|" + key, value) for key, value in buckets]
        return Checkpoint(
            position.next_offset,
            [*changelog, *orders, *fresh, *forgotten, (_POSITION, told)],
            [*buckets, (b"position|%d" % self.partition, told)],
            outcomes,
            dead,
        )

    def restore(self, key: bytes, value: bytes) -> None:
        """Take over one changelog record; the last of each key holds."""
        if key.startswith(b"total|"):
            message = decode_totals(value)
            if isinstance(message, PartitionPosition):
                raise TypeError("a position under a bucket's key")
            self.totals.restore(message)
        elif key.startswith(b"ids|"):
            self.remembered.restore(key, value)
        elif key.startswith(ORDER_PREFIX):
            self.orders[key] = decode_order(value)
        elif key == _POSITION:
            self._restore_position(value)
        elif key == REGROUPED:
            self._regrouped = decode_regrouped(value)

    def _restore_position(self, value: bytes) -> None:
        position = decode_totals(value)
        if not isinstance(position, PartitionPosition):
            raise TypeError("a bucket under the position's key")
        self.remembered.forgotten_before = position.forgotten_before
        if position.epoch != self.epoch:
            # The source topic was created anew: its offsets begin again, what was counted stays.
            position = position._replace(epoch=self.epoch, next_offset=0)
        self.position = self._told = position

    def adopt_epoch(self, epoch: int) -> None:
        """Go on with this state at the beginning of a source topic created anew."""
        self.epoch = epoch
        self.position = self.position._replace(epoch=epoch, next_offset=0)
        self._told = self.position

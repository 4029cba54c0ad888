"""The totals of one partition of sales, and how records change them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from daybook.ledger.arrivals import Arrival, MissingRecordsError, Record
from daybook.ledger.batches import Batch, BatchReader, Run
from daybook.ledger.calendar import Calendar
from daybook.ledger.columns.codes import Flags
from daybook.ledger.columns.sales import Sales
from daybook.ledger.counting import TOTAL, Checkpoint, CountingLedger
from daybook.ledger.lines import LedgerLine, ledger_lines
from daybook.ledger.messages import PartitionPosition, decode_totals
from daybook.ledger.orders import PREFIX as ORDER_PREFIX
from daybook.ledger.orders import AppliedOrder, decode_order, encode_order, order_key
from daybook.ledger.positions import version
from daybook.ledger.totals import Totals, bucket_key, encode_bucket
from daybook.ledger.uncounted import COUNTED, DUPLICATE, SUPERSEDED
from daybook.schemas.events import OrderSnapshot

__all__ = ["Arrival", "Batch", "Checkpoint", "MissingRecordsError", "PartitionLedger", "Record"]

COLUMNS_FROM: Final = 64
"""Records of a batch from which on columns are worth their trouble."""
_ONE_BY_ONE: Final = BatchReader(sys.maxsize)
"""After a regrouping each record's place has to be looked at."""


class PartitionLedger(CountingLedger[Arrival, Batch]):
    """Totals, remembered identities, orders and position of one partition of sales.

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
        super().__init__(partition, epoch, calendar, forgetful=forgetful)
        self.totals = Totals()
        self.orders: dict[bytes, AppliedOrder] = {}
        self._changed_orders: set[bytes] = set()
        self._reader = BatchReader(columns_from)

    def decode(self, records: Sequence[Record]) -> Batch:
        """The records that are new to this state, decoded.

        Raises:
            MissingRecordsError: they do not begin at, or before, the next expected offset, or have a hole.
        """
        new = self._new(records)
        first_version = version(self.epoch, self.next_offset)
        if new and self._regrouped is not None and new[0].recorded_at >= self._regrouped.until:
            self._regrouped = None
        reader = self._reader if self._regrouped is None else _ONE_BY_ONE
        return reader.read(new, self.calendar, first_version, late=not self.remembered.forgotten_before)

    def unverified(self, batch: Batch) -> list[Arrival]:
        """Late arrivals whose first may have been forgotten: to be looked up among the raw events."""
        return self._doubtful(batch.others)

    def apply(self, batch: Batch, known: Collection[bytes] | None = ()) -> None:
        """Count a batch: ordinary sales in columns, the others between them one by one."""
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
                self._tell(self._count(run.then, known or (), unverified), tally)
        if batch.sales is not None:
            tally[COUNTED] += int(fresh.sum())
            tally[DUPLICATE] += int((~fresh).sum())
            for addition in batch.sales.take(fresh).additions():
                self.totals.add_columns(addition)
        self._advance(batch.records[-1], tally)

    def take_checkpoint(self) -> Checkpoint:
        """All changes since the last call. Who cannot write them must drop this state and read it again."""
        at = self._settled().version
        buckets = [
            (bucket_key(bucket.name), encode_bucket(bucket, self.partition))
            for bucket in self.totals.take_changed(at)
        ]
        orders = [(key, encode_order(self.orders[key])) for key in self._changed_orders]
        self._changed_orders = set()
        return self._checkpoint(buckets, orders)

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

    def _prepare(self, new: Arrival) -> list[LedgerLine]:
        event = new.event
        if event is None:
            raise TypeError("nothing to count")
        self._check_place(event.order_id, "order_id", new.record)
        return ledger_lines(event, self.calendar)

    def _post(self, new: Arrival, prepared: list[LedgerLine], at: int) -> str:
        if isinstance(new.event, OrderSnapshot):
            return self._apply_snapshot(new.event, new.record, prepared, at)
        self.totals.add(prepared, at)
        return COUNTED

    def _key_of(self, new: Arrival) -> str:
        return new.event.order_id if new.event else ""

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

    def _restore_state(self, key: bytes, value: bytes) -> None:
        if key.startswith(TOTAL):
            message = decode_totals(value)
            if isinstance(message, PartitionPosition):
                raise TypeError("a position under a bucket's key")
            self.totals.restore(message)
        elif key.startswith(ORDER_PREFIX):
            self.orders[key] = decode_order(value)

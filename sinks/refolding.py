"""All raw events counted anew, epoch by epoch: more partitions know what fewer knew before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.positions import version
from daybook.ledger.regrouping import KEY, State, regrouped
from daybook.ledger.state import PartitionLedger
from daybook.sinks.raw_events import RawEvent, RawEvents, fold_raw
from daybook.sinks.store import Store

Chunk = Callable[[int, list[RawEvent]], None]
"""Called with a partition and the events that are folded next."""
_NEVER: Final = 0


def refold(
    store: Store, calendar: Calendar, bounds: Mapping[int, int], on_chunk: Chunk
) -> list[PartitionLedger]:
    """The ledgers of all partitions from the raw events below their bounds (versions). Nothing is forgotten.

    Raises:
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    raw = RawEvents(store)
    ledgers: list[PartitionLedger] = []
    known = 0
    before: bytes | None = None
    for epoch, count in raw.partitions_by_epoch().items():
        if known < count:
            if known:
                ledgers, before = _grown(ledgers, count, epoch, calendar, before)
            known = max(known, count)
        ledgers += [_ledger(p, epoch, calendar) for p in range(len(ledgers), known)]
        for partition in range(count):
            below = min(bounds.get(partition, 0), version(epoch + 1, 0))
            chunks = raw.iterate(partition, start=version(epoch, 0), below=below)
            fold_raw(ledgers[partition], _told(chunks, partition, on_chunk))
    return ledgers


def _told(chunks: Iterator[list[RawEvent]], partition: int, on_chunk: Chunk) -> Iterator[list[RawEvent]]:
    for chunk in chunks:
        on_chunk(partition, chunk)
        yield chunk


def _ledger(partition: int, epoch: int, calendar: Calendar) -> PartitionLedger:
    return PartitionLedger(partition, epoch, calendar, forgetful=False)


def _grown(
    ledgers: list[PartitionLedger], partitions: int, epoch: int, calendar: Calendar, before: bytes | None
) -> tuple[list[PartitionLedger], bytes]:
    """The same state over more partitions, and the record of that. ``before`` is that of the time before.

    What was misplaced then is a dead letter by now, and left out.
    """
    states: list[State] = []
    for ledger in ledgers:
        ledger.totals.mark_all()
        taken = ledger.take_checkpoint()
        state = {key: value for key, value in taken.changelog if value is not None}
        states.append(state if before is None else state | {KEY: before})
    grown = []
    changes = regrouped(states, partitions, epoch, _NEVER)
    for partition, change in enumerate(changes):
        ledger = _ledger(partition, epoch, calendar)
        state = (states[partition] if partition < len(states) else {}) | change
        for key, value in state.items():
            if key != KEY:
                ledger.restore(key, value)
        grown.append(ledger)
    return grown, changes[0][KEY]

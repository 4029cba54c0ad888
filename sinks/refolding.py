"""All raw events counted anew, epoch by epoch: more partitions know what fewer knew before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from daybook.ledger.calendar import Calendar
from daybook.ledger.counting import AnyLedger
from daybook.ledger.positions import version
from daybook.ledger.regrouping import KEY, State, regrouped
from daybook.ledger.state import PartitionLedger
from daybook.sinks.raw_events import RawEvent, RawEvents, fold_raw
from daybook.sinks.store import Store

Chunk = Callable[[int, list[RawEvent]], None]
"""Called with a partition and the events that are folded next."""
L = TypeVar("L", bound=AnyLedger)
Make = Callable[[int, int], L]
"""Makes the empty ledger of a partition in an epoch; it forgets nothing."""
_NEVER: Final = 0


def refold(
    store: Store, calendar: Calendar, bounds: Mapping[int, int], on_chunk: Chunk
) -> list[PartitionLedger]:
    """The ledgers of all partitions of sales from the raw events below their bounds (versions).

    Raises:
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    return refolded(RawEvents(store), sales_ledgers(calendar), bounds, on_chunk)


def sales_ledgers(calendar: Calendar) -> Make[PartitionLedger]:
    """Makes ledgers of sales that forget nothing."""
    return lambda partition, epoch: PartitionLedger(partition, epoch, calendar, forgetful=False)


def refolded(
    raw: RawEvents,
    make: Make[L],
    bounds: Mapping[int, int],
    on_chunk: Chunk = lambda _partition, _events: None,
) -> list[L]:
    """The ledgers of all partitions from what is raw below their bounds. Raises what ``refold`` raises."""
    ledgers: list[L] = []
    states: list[State] = []
    for epoch, count in raw.partitions_by_epoch().items():
        if ledgers and len(ledgers) < count:
            states = _grown(ledgers, states, count, epoch)
            ledgers = [_restored(make(partition, epoch), state) for partition, state in enumerate(states)]
        ledgers += [make(partition, epoch) for partition in range(len(ledgers), count)]
        for partition in range(count):
            below = min(bounds.get(partition, 0), version(epoch + 1, 0))
            chunks = raw.iterate(partition, start=version(epoch, 0), below=below)
            fold_raw(ledgers[partition], _told(chunks, partition, on_chunk))
    return ledgers


def _told(chunks: Iterator[list[RawEvent]], partition: int, on_chunk: Chunk) -> Iterator[list[RawEvent]]:
    for chunk in chunks:
        on_chunk(partition, chunk)
        yield chunk


def _grown(ledgers: Sequence[AnyLedger], before: Sequence[State], partitions: int, epoch: int) -> list[State]:
    """The same state over more partitions. ``before`` is what each ledger began with.

    What was misplaced then is a dead letter by now, and left out.
    """
    states = [
        (before[place] if place < len(before) else {}) | _changes(ledger)
        for place, ledger in enumerate(ledgers)
    ]
    return [
        (states[partition] if partition < len(states) else {}) | change
        for partition, change in enumerate(regrouped(states, partitions, epoch, _NEVER))
    ]


def _changes(ledger: AnyLedger) -> State:
    return {key: value for key, value in ledger.take_checkpoint().changelog if value is not None}


def _restored(ledger: L, state: State) -> L:
    for key, value in state.items():
        if key != KEY:
            ledger.restore(key, value)
    return ledger

"""The merged totals, of sales or of signals, as they stood at earlier positions: from what is raw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from daybook.ledger.calendar import Calendar
from daybook.ledger.counting import AnyLedger
from daybook.ledger.merged import MergedTotals
from daybook.ledger.rewards.sums import DIMENSIONS
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.state import PartitionLedger
from daybook.ledger.totals import bucket_message
from daybook.schemas import topics
from daybook.sinks.raw_events import RawEvents, fold_raw
from daybook.sinks.raw_signals import signal_ledgers
from daybook.sinks.refolding import Make, refolded, sales_ledgers
from daybook.sinks.store import Store

Positions = Mapping[int, int]
"""By partition the version below which events count."""
L = TypeVar("L", bound=AnyLedger)
V = TypeVar("V")


class _Way(NamedTuple, Generic[L, V]):
    """How one kind of record is counted and merged again."""

    raw: RawEvents
    make: Make[L]
    begin: Callable[[], V]
    mark_all: Callable[[L], None]
    """Let all totals of a ledger count as changed."""
    tell: Callable[[L, V], None]
    """Have a view take what has changed."""


def replayed(store: Store, calendar: Calendar, stops: Sequence[Positions]) -> Iterator[MergedTotals]:
    """The totals of staff and stores at each stop in turn. A view holds until the next one is asked for.

    Args:
        store: where the raw events are.
        calendar: the stores.
        stops: positions, each at or above the one before.

    Raises:
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """

    def tell(ledger: PartitionLedger, view: MergedTotals) -> None:
        for bucket in ledger.totals.take_changed(ledger.position.version):
            view.take(bucket_message(bucket, ledger.partition))

    way = _Way(
        RawEvents(store),
        sales_ledgers(calendar),
        lambda: MergedTotals(dimensions=DIMENSIONS),
        lambda ledger: ledger.totals.mark_all(),
        tell,
    )
    return _replayed(way, stops)


def replayed_signals(store: Store, calendar: Calendar, stops: Sequence[Positions]) -> Iterator[MergedSignals]:
    """The same of signals."""

    def tell(ledger: SignalLedger, view: MergedSignals) -> None:
        for _, bucket in ledger.totals.take_changed(ledger.partition, ledger.position.version):
            # The ledger goes on changing its own measures; what is told does not change any more.
            entries = {key: (at, dict(measures)) for key, (at, measures) in bucket.entries.items()}
            view.take(bucket._replace(entries=entries))

    way = _Way(
        RawEvents(store, topics.SIGNS),
        signal_ledgers(calendar),
        lambda: MergedSignals(dimensions=DIMENSIONS),
        lambda ledger: ledger.totals.mark_all(),
        tell,
    )
    return _replayed(way, stops)


def _replayed(way: _Way[L, V], stops: Sequence[Positions]) -> Iterator[V]:
    partitions = way.raw.partitions_by_epoch()
    if len(set(partitions.values())) > 1:
        # What was before there were more partitions has to be regrouped: begin anew for each stop.
        for stop in stops:
            view = way.begin()
            for ledger in refolded(way.raw, way.make, stop):
                way.mark_all(ledger)
                way.tell(ledger, view)
            yield view
        return
    yield from _on_and_on(way, stops, min(partitions, default=0))


def _on_and_on(way: _Way[L, V], stops: Sequence[Positions], epoch: int) -> Iterator[V]:
    view = way.begin()
    ledgers: dict[int, L] = {}
    reached: dict[int, int] = {}
    for stop in stops:
        for partition, below in sorted(stop.items()):
            if partition not in ledgers:
                ledgers[partition] = way.make(partition, epoch)
            start = reached.get(partition, 0)
            if below > start:
                fold_raw(ledgers[partition], way.raw.iterate(partition, start=start, below=below))
                reached[partition] = below
                way.tell(ledgers[partition], view)
        yield view

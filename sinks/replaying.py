"""The merged totals as they stood at earlier positions, from the raw events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from daybook.ledger.calendar import Calendar
from daybook.ledger.merged import MergedTotals
from daybook.ledger.state import PartitionLedger
from daybook.ledger.totals import bucket_message
from daybook.sinks.raw_events import RawEvents, fold_raw
from daybook.sinks.refolding import refold
from daybook.sinks.store import Store

Positions = Mapping[int, int]
"""By partition the version below which events count."""
DIMENSIONS = frozenset({"staff", "store"})


def replayed(store: Store, calendar: Calendar, stops: Sequence[Positions]) -> Iterator[MergedTotals]:
    """The totals of staff and stores at each stop in turn. A view holds until the next one is asked for.

    Args:
        store: where the raw events are.
        calendar: the stores.
        stops: positions, each at or above the one before.

    Raises:
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    partitions = RawEvents(store).partitions_by_epoch()
    if len(set(partitions.values())) > 1:
        # Events of before there were more partitions have to be regrouped: begin anew for each stop.
        for stop in stops:
            yield _merged(refold(store, calendar, stop, _silent))
        return
    yield from _on_and_on(store, calendar, stops, min(partitions, default=0))


def _on_and_on(
    store: Store, calendar: Calendar, stops: Sequence[Positions], epoch: int
) -> Iterator[MergedTotals]:
    raw, view = RawEvents(store), MergedTotals(dimensions=DIMENSIONS)
    ledgers: dict[int, PartitionLedger] = {}
    reached: dict[int, int] = {}
    for stop in stops:
        for partition, below in sorted(stop.items()):
            if partition not in ledgers:
                ledgers[partition] = PartitionLedger(partition, epoch, calendar, forgetful=False)
            start = reached.get(partition, 0)
            if below > start:
                fold_raw(ledgers[partition], raw.iterate(partition, start=start, below=below))
                reached[partition] = below
                _tell(ledgers[partition], view)
        yield view


def _merged(ledgers: Sequence[PartitionLedger]) -> MergedTotals:
    view = MergedTotals(dimensions=DIMENSIONS)
    for ledger in ledgers:
        ledger.totals.mark_all()
        _tell(ledger, view)
    return view


def _tell(ledger: PartitionLedger, view: MergedTotals) -> None:
    for bucket in ledger.totals.take_changed(ledger.position.version):
        view.take(bucket_message(bucket, ledger.partition))


def _silent(_partition: int, _events: object) -> None:
    """No progress to show."""

"""The merged views of all totals and signals, read from ClickHouse where the topics do not hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final

from daybook.ledger import measures
from daybook.ledger.messages import PartitionPosition, TotalsBucket
from daybook.ledger.positions import epoch_of
from daybook.ledger.signals.encoding import SignalBucket
from daybook.sinks.reconcile import FIRST_DAY
from daybook.sinks.store import Store

_PLACE: Final = 5
"""Columns that say which bucket a total is in; its key, version and measures follow."""
_TOTALS: Final = f"""
SELECT partition, book, toString(business_date), currency, dimension, key, version,
    {", ".join(measures.STORED)}
FROM totals FINAL
WHERE business_date >= {{since:Date}}
  AND (empty({{dimensions:Array(String)}}) OR dimension IN {{dimensions:Array(String)}})
ORDER BY partition, book, business_date, currency, dimension
"""  # noqa: S608 - constants of ours
_SIGNALS: Final = """
SELECT partition, book, toString(business_date), currency, dimension, key, version, measure, value
FROM signal_totals FINAL
WHERE business_date >= {since:Date}
  AND (empty({dimensions:Array(String)}) OR dimension IN {dimensions:Array(String)})
ORDER BY partition, book, business_date, currency, dimension
"""
_POSITIONS: Final = """
SELECT epoch, partition, next_offset, received, counted, duplicates, superseded, dead,
    toUnixTimestamp64Milli(recorded_at)
FROM {table} FINAL
"""


def stored_totals(
    store: Store, since: date = FIRST_DAY, dimensions: Sequence[str] = ()
) -> Iterator[TotalsBucket]:
    """All totals from a business date on, as partitions would tell them; of some dimensions, if named."""
    rows = store.rows(_TOTALS, {"since": since, "dimensions": list(dimensions)})
    for place, own in groupby(rows, key=itemgetter(*range(_PLACE))):
        entries = {str(row[_PLACE]): [int(number) for number in row[_PLACE + 1 :]] for row in own}
        partition, book, day, currency, dimension = place
        newest = max(entry[0] for entry in entries.values())
        yield TotalsBucket(
            epoch_of(newest), int(partition), newest,
            str(book), str(day), str(currency), str(dimension), entries,
        )  # fmt: skip


def stored_signals(
    store: Store, since: date = FIRST_DAY, dimensions: Sequence[str] = ()
) -> Iterator[SignalBucket]:
    """All signal totals from a business date on, as ``stored_totals`` gives those of sales."""
    rows = store.rows(_SIGNALS, {"since": since, "dimensions": list(dimensions)})
    for place, own in groupby(rows, key=itemgetter(*range(_PLACE))):
        entries: dict[str, tuple[int, dict[str, int]]] = {}
        for key, version, measure, value in (row[_PLACE:] for row in own):
            known, measures = entries.get(str(key), (0, {}))
            measures[str(measure)] = int(value)
            entries[str(key)] = max(known, int(version)), measures
        partition, book, day, currency, dimension = place
        newest = max(version for version, _ in entries.values())
        yield SignalBucket(
            epoch_of(newest), int(partition), newest,
            str(book), str(day), str(currency), str(dimension), entries,
        )  # fmt: skip


def stored_positions(store: Store) -> list[PartitionPosition]:
    """How far each partition of sales is counted."""
    return _positions(store, "positions")


def stored_signal_positions(store: Store) -> list[PartitionPosition]:
    """How far each partition of signals is counted."""
    return _positions(store, "signal_positions")


def _positions(store: Store, table: str) -> list[PartitionPosition]:
    rows = store.rows(_POSITIONS.format(table=table))
    return [PartitionPosition(*(int(value) for value in row)) for row in rows]

"""What the totals have to be, by the pure ledger; and what a worker has told of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmarks.stream import PARTITIONS, Sent
from benchmarks.totals import DIMENSIONS, digest
from daybook.ledger import measures as m
from daybook.ledger.calendar import Calendar
from daybook.ledger.lines import SALES
from daybook.ledger.messages import PartitionPosition, TotalsBucket
from daybook.ledger.state import PartitionLedger, Record

Totals = dict[str, list[int]]
_BATCH = 5_000
_RECORDED_AT = 1_764_356_400_000
"""28 November 2025, 19:00 UTC, in epoch milliseconds."""


class Outcome(NamedTuple):
    """What came of a stream."""

    received: int
    counted: int
    repeats: int
    invalid: int
    digest: str


def outcome(records: Sequence[Sent], calendar: Calendar) -> Outcome:
    """What must come of the records where repeats are recognised."""
    totals: Totals = {}
    ledgers = _folded(records, calendar)
    for ledger in ledgers:
        for (book, day, currency, dimension, key), vector in ledger.totals.items():
            _add(totals, book, f"{dimension}|{key}|{day}|{currency}", vector)
    positions = [ledger.position for ledger in ledgers]
    return Outcome(
        sum(p.received for p in positions),
        sum(p.counted for p in positions),
        sum(p.duplicates for p in positions),
        sum(p.dead for p in positions),
        digest(totals),
    )


def told(states: Iterable[TotalsBucket | PartitionPosition]) -> Outcome:
    """What a worker's newest states say."""
    totals: Totals = {}
    positions = []
    for state in states:
        if isinstance(state, PartitionPosition):
            positions.append(state)
            continue
        tail = f"{state.business_date}|{state.currency}"
        for key, entry in state.entries.items():
            _add(totals, state.book, f"{state.dimension}|{key}|{tail}", entry[1:])
    return Outcome(
        sum(p.received for p in positions),
        sum(p.counted for p in positions),
        sum(p.duplicates for p in positions),
        sum(p.dead for p in positions),
        digest(totals),
    )


def without_recognition(layers: Sequence[Sequence[Sent]], calendar: Calendar) -> str:
    """The digest of the totals where repeats count again: each layer holds no bytes twice."""
    totals: Totals = {}
    for layer in layers:
        for ledger in _folded(layer, calendar):
            for (book, day, currency, dimension, key), vector in ledger.totals.items():
                _add(totals, book, f"{dimension}|{key}|{day}|{currency}", vector)
    return digest(totals)


def _folded(records: Sequence[Sent], calendar: Calendar) -> list[PartitionLedger]:
    ledgers = [PartitionLedger(partition, 0, calendar) for partition in range(PARTITIONS)]
    for ledger in ledgers:
        values = [record.value for record in records if record.partition == ledger.partition]
        for start in range(0, len(values), _BATCH):
            batch = values[start : start + _BATCH]
            ledger.fold([Record(start + i, _RECORDED_AT, value) for i, value in enumerate(batch)])
    return ledgers


def _add(totals: Totals, book: str, name: str, vector: Sequence[int]) -> None:
    if book != SALES or name.partition("|")[0] not in DIMENSIONS:
        return
    net = vector[m.GROSS] + vector[m.DISCOUNTS] + vector[m.REVERSALS]
    total = totals.setdefault(name, [0, 0, 0, 0])
    for place, value in enumerate((net, vector[m.TAX], vector[m.ORDERS], vector[m.UNITS])):
        total[place] += value

"""Partial totals of one source partition: measures by book, business date, currency and dimension."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from daybook.ledger import measures as m
from daybook.ledger.columns.grouping import Groups, spans
from daybook.ledger.columns.sales import Addition, DayName
from daybook.ledger.lines import LedgerLine
from daybook.ledger.messages import TotalsBucket, encode_part
from daybook.ledger.positions import epoch_of
from daybook.ledger.table import Change, Part, Table

DIMENSIONS: Final = (
    "store",
    "region",
    "channel",
    "revenue_stream",
    "staff",
    "product",
    "category",
    "store_quarter",
)
_PRODUCT, _CATEGORY = DIMENSIONS.index("product"), DIMENSIONS.index("category")
_EVENT_DIMENSIONS: Final = tuple(i for i in range(len(DIMENSIONS)) if i not in (_PRODUCT, _CATEGORY))
# An order counts once for each product and category in it, whichever line the order itself is counted on.
_ORDER_MEASURES: Final = (m.ORDERS, m.ZERO_VALUE_ORDERS)
_SHIFT_OF: Final = {index: len(m.BASE) + i for i, index in enumerate(m.SHIFTED)}
# More and so smaller buckets where keys are many: a changed key rewrites its whole bucket.
_SHARDS: Final = {"store": 16, "staff": 256, "product": 256, "category": 16, "store_quarter": 256}


class Bucket(NamedTuple):
    """A group of totals that travel together in one message."""

    name: tuple[str, str, str, str, int]
    """Book, business date, currency, dimension, shard."""
    version: int
    """What the state is as of."""
    part: Part


class Totals:
    """All totals of a partition, and which of their buckets have changed since they were last taken."""

    def __init__(self) -> None:
        self._days: dict[DayName, list[Table]] = {}
        self._changed: dict[DayName, list[Table]] = {}

    def __len__(self) -> int:
        return sum(len(table) for tables in self._days.values() for table in tables)

    def add(self, lines: Sequence[LedgerLine], version: int, sign: int = 1) -> None:
        """Add an event's ledger lines (``sign`` -1 takes them back) to every total that they belong to.

        Lines that differ in their product only are added up first: all other dimensions then change once.
        """
        for _, group in groupby(lines, key=_head):
            same = list(group)
            first = same[0]
            vector = first.measures
            if len(same) > 1:
                vector = tuple(map(sum, zip(*(line.measures for line in same), strict=True)))
            self._change(first, _event_keys(first), _days_changes(first, _changes(vector, sign)), version)
            for line in same:
                self._add_product(line, version, sign)

    def _add_product(self, line: LedgerLine, version: int, sign: int) -> None:
        own = [c for c in _changes(line.measures, sign) if c[0] not in _ORDER_MEASURES]
        for dimension, key, orders in (
            (_PRODUCT, line.product_id, line.product_orders),
            (_CATEGORY, line.category, line.category_orders),
        ):
            if key:
                changes = [*own, (m.ORDERS, sign * orders)] if orders else own
                self._change(line, ((dimension, key),), _days_changes(line, changes), version)

    def _change(
        self,
        line: LedgerLine,
        keys: Iterable[tuple[int, str]],
        changes: list[tuple[str, list[Change]]],
        version: int,
    ) -> None:
        for day, values in changes:
            tables = self._changing((line.book, day, line.currency))
            for dimension, key in keys:
                if key:
                    tables[dimension].add(key, values, version)

    def add_columns(self, addition: Addition) -> None:
        """Add many sales' measures of one dimension: every total is changed once, by a sum.

        Raises:
            OverflowError: a total is too large for it; what came before it is added.
        """
        (name, codes, texts), days, day, measures, versions = addition
        dimension = DIMENSIONS.index(name)
        rows = np.flatnonzero(codes)
        if not len(rows):
            return
        codes, day = codes[rows], day[rows]
        groups = Groups(day * len(texts) + codes)
        sums = {measure: groups.sums(column[rows]) for measure, column in measures.items()}
        used = {measure: column for measure, column in sums.items() if column.any()}
        newest, codes, day = versions[rows[groups.last]], codes[groups.first], day[groups.first]
        # Groups rise by their day first: those of one day stand together.
        for start, end in spans(day):
            table = self._changing(days[day[start]])[dimension]
            part = {measure: column[start:end] for measure, column in used.items()}
            table.add_columns(codes[start:end], texts, part, newest[start:end])

    def _tables(self, day: DayName) -> list[Table]:
        """A day's tables, one for each dimension."""
        tables = self._days.get(day)
        if tables is None:
            tables = self._days[day] = [Table(_SHARDS.get(dimension, 1)) for dimension in DIMENSIONS]
        return tables

    def _changing(self, day: DayName) -> list[Table]:
        """The tables of a day of which some are about to change."""
        tables = self._changed.get(day)
        if tables is None:
            tables = self._changed[day] = self._tables(day)
        return tables

    def take_changed(self, version: int) -> list[Bucket]:
        """The buckets that have changed since the last call, as of a version."""
        changed, self._changed = self._changed, {}
        return [
            Bucket((*day, dimension, shard), version, part)
            for day, tables in changed.items()
            for dimension, table in zip(DIMENSIONS, tables, strict=True)
            for shard, part in table.take_changed(version)
        ]

    def mark_all(self) -> None:
        """Let every bucket count as changed: a rebuilt state has to be told in full."""
        self._changed = dict(self._days)
        for tables in self._days.values():
            for table in tables:
                table.mark_all()

    def restore(self, message: TotalsBucket) -> None:
        """Take over a bucket's state as it was told."""
        tables = self._tables((message.book, message.business_date, message.currency))
        table = tables[DIMENSIONS.index(message.dimension)]
        table.restore(list(message.entries), list(message.entries.values()))

    def items(self) -> Iterator[tuple[tuple[str, str, str, str, str], list[int]]]:
        """((book, business date, currency, dimension, key), stored measures) of every total."""
        for day, tables in self._days.items():
            for dimension, table in zip(DIMENSIONS, tables, strict=True):
                for key, vector in table.items():
                    yield (*day, dimension, key), vector


def bucket_key(name: tuple[str, str, str, str, int]) -> bytes:
    """A bucket's name as a record key."""
    return "|".join(map(str, name)).encode()


def bucket_message(bucket: Bucket, partition: int) -> TotalsBucket:
    """A bucket's state."""
    (book, day, currency, dimension, _), version, part = bucket
    entries = part.entries(version)
    return TotalsBucket(epoch_of(version), partition, version, book, day, currency, dimension, entries)


def encode_bucket(bucket: Bucket, partition: int) -> bytes:
    """The same as a record's value."""
    (book, day, currency, dimension, _), version, part = bucket
    head = TotalsBucket(epoch_of(version), partition, version, book, day, currency, dimension, {})
    return encode_part(head, part)


def merge(parts: Iterable[Totals]) -> dict[tuple[str, str, str, str, str], list[int]]:
    """The totals of several partitions added up."""
    merged: dict[tuple[str, str, str, str, str], list[int]] = {}
    for part in parts:
        for name, vector in part.items():
            known = merged.get(name)
            merged[name] = vector if known is None else [a + b for a, b in zip(known, vector, strict=True)]
    return merged


def _head(line: LedgerLine) -> tuple[object, ...]:
    """All that the lines of one event can differ in, apart from products and measures."""
    return line.book, line.business_date, line.origin_date, line.quarter, line.staff_id, line.currency


def _event_keys(line: LedgerLine) -> list[tuple[int, str]]:
    keys = (
        line.store_id,
        line.region,
        line.channel,
        line.revenue_stream,
        line.staff_id,
        f"{line.store_id}|{line.quarter}",
    )
    return list(zip(_EVENT_DIMENSIONS, keys, strict=True))


def _changes(vector: tuple[int, ...], sign: int) -> list[Change]:
    """The base measures that a vector changes."""
    return [(i, sign * value) for i, value in enumerate(vector) if value]


def _days_changes(line: LedgerLine, base: list[Change]) -> list[tuple[str, list[Change]]]:
    """What changes on which day: a reversal's measures also shift from its activity day to its origin day."""
    day = _iso(line.business_date)
    if line.origin_date == line.business_date:
        return [(day, base)]
    moved = [(_SHIFT_OF[measure], value) for measure, value in base if measure in _SHIFT_OF]
    away = [(measure, -value) for measure, value in moved]
    return [(day, base + away), (_iso(line.origin_date), moved)]


@lru_cache(maxsize=4096)
def _iso(day: date) -> str:
    return day.isoformat()

"""Partial totals of one source partition: measures by book, business date, currency and dimension."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Final
from zlib import crc32

import numpy as np

from daybook.ledger import measures as m
from daybook.ledger.columns.grouping import Groups
from daybook.ledger.columns.sales import Addition
from daybook.ledger.lines import LedgerLine
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.positions import epoch_of

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
_ORDER_PLACES: Final = (m.ORDERS + 1, m.ZERO_VALUE_ORDERS + 1)
_SHIFT_PLACES: Final = {index + 1: len(m.BASE) + i + 1 for i, index in enumerate(m.SHIFTED)}
_Change = tuple[int, int]
"""A place in an entry, and what is added there."""
# More and so smaller buckets where keys are many: a changed key rewrites its whole bucket.
_SHARDS: Final = {"store": 16, "staff": 256, "product": 256, "category": 16, "store_quarter": 256}
_NO_MEASURES: Final = (0,) * m.WIDTH


class Bucket:
    """A group of totals that travel together in one message."""

    __slots__ = ("dirty", "entries", "name")

    def __init__(self, name: tuple[str, str, str, str, int]) -> None:
        self.name = name
        self.entries: dict[str, list[int]] = {}
        self.dirty = False


_Place = tuple[list[int], Bucket]
"""An entry, [version of its last change, stored measures ...], and the bucket that it travels in."""


class Totals:
    """All totals of a partition, and which of their buckets have changed since they were last taken."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str, str, str, int], Bucket] = {}
        self._days: dict[tuple[str, str, str], list[dict[str, _Place]]] = {}
        self._dirty: list[Bucket] = []

    def __len__(self) -> int:
        return sum(len(keys) for tables in self._days.values() for keys in tables)

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
        own = [c for c in _changes(line.measures, sign) if c[0] not in _ORDER_PLACES]
        for dimension, key, orders in (
            (_PRODUCT, line.product_id, line.product_orders),
            (_CATEGORY, line.category, line.category_orders),
        ):
            if key:
                changes = [*own, (m.ORDERS + 1, sign * orders)] if orders else own
                self._change(line, ((dimension, key),), _days_changes(line, changes), version)

    def _change(
        self,
        line: LedgerLine,
        keys: Iterable[tuple[int, str]],
        changes: list[tuple[str, list[_Change]]],
        version: int,
    ) -> None:
        for day, values in changes:
            name = (line.book, day, line.currency)
            for dimension, key in keys:
                if key:
                    entry = self._entry(name, dimension, key)
                    for index, value in values:
                        entry[index] += value
                    entry[0] = version

    def add_columns(self, addition: Addition) -> None:
        """Add many sales' measures of one dimension: every total is changed once, by a sum."""
        (name, codes, texts), days, day, measures, versions = addition
        dimension = DIMENSIONS.index(name)
        rows = np.flatnonzero(codes)
        if not len(rows):
            return
        codes, day = codes[rows], day[rows]
        groups = Groups(day * len(texts) + codes)
        sums = {measure: groups.sums(column[rows]) for measure, column in measures.items()}
        used = [(measure + 1, column) for measure, column in sums.items() if column.any()]
        places = [place for place, _ in used]
        values = np.stack([versions[rows[groups.last]], *(column for _, column in used)], axis=1).tolist()
        keys = zip(day[groups.first].tolist(), codes[groups.first].tolist(), values, strict=True)
        for number, code, (version, *changes) in keys:
            entry = self._entry(days[number], dimension, texts[code])
            for place, change in zip(places, changes, strict=True):
                entry[place] += change
            # Others of the batch may have been added before, though they stand behind in the log.
            entry[0] = max(entry[0], version)

    def _entry(self, day: tuple[str, str, str], dimension: int, key: str) -> list[int]:
        """The entry of a total that is about to change."""
        tables = self._days.get(day)
        if tables is None:
            tables = self._days[day] = [{} for _ in DIMENSIONS]
        place = tables[dimension].get(key)
        if place is None:
            bucket = self._bucket((*day, DIMENSIONS[dimension], _shard(dimension, key)))
            entry = bucket.entries[key] = [0, *_NO_MEASURES]
            place = tables[dimension][key] = (entry, bucket)
        entry, bucket = place
        if not bucket.dirty:
            bucket.dirty = True
            self._dirty.append(bucket)
        return entry

    def _bucket(self, name: tuple[str, str, str, str, int]) -> Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(name)
        return bucket

    def take_changed(self) -> list[Bucket]:
        """The buckets that have changed since the last call."""
        changed, self._dirty = self._dirty, []
        for bucket in changed:
            bucket.dirty = False
        return changed

    def mark_all(self) -> None:
        """Let every bucket count as changed: a rebuilt state has to be told in full."""
        for bucket in self._buckets.values():
            if not bucket.dirty:
                bucket.dirty = True
                self._dirty.append(bucket)

    def restore(self, message: TotalsBucket) -> None:
        """Take over a bucket's state as it was told."""
        dimension = DIMENSIONS.index(message.dimension)
        name = (message.book, message.business_date, message.currency)
        tables = self._days.setdefault(name, [{} for _ in DIMENSIONS])
        for key, entry in message.entries.items():
            bucket = self._bucket((*name, message.dimension, _shard(dimension, key)))
            bucket.entries[key] = entry
            tables[dimension][key] = (entry, bucket)

    def items(self) -> Iterator[tuple[tuple[str, str, str, str, str], list[int]]]:
        """((book, business date, currency, dimension, key), stored measures) of every total."""
        for day, tables in self._days.items():
            for dimension, places in zip(DIMENSIONS, tables, strict=True):
                for key, (entry, _) in places.items():
                    yield (*day, dimension, key), entry[1:]


def bucket_key(name: tuple[str, str, str, str, int]) -> bytes:
    """A bucket's name as a record key."""
    return "|".join(map(str, name)).encode()


def bucket_message(bucket: Bucket, partition: int, version: int) -> TotalsBucket:
    """A bucket's state as of a version."""
    book, day, currency, dimension, _ = bucket.name
    return TotalsBucket(epoch_of(version), partition, version, book, day, currency, dimension, bucket.entries)


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


def _changes(vector: tuple[int, ...], sign: int) -> list[_Change]:
    """The base measures that a vector changes, by their place in an entry."""
    return [(i + 1, sign * value) for i, value in enumerate(vector) if value]


def _days_changes(line: LedgerLine, base: list[_Change]) -> list[tuple[str, list[_Change]]]:
    """What changes on which day: a reversal's measures also shift from its activity day to its origin day."""
    day = _iso(line.business_date)
    if line.origin_date == line.business_date:
        return [(day, base)]
    moved = [(_SHIFT_PLACES[place], value) for place, value in base if place in _SHIFT_PLACES]
    away = [(place, -value) for place, value in moved]
    return [(day, base + away), (_iso(line.origin_date), moved)]


@lru_cache(maxsize=4096)
def _iso(day: date) -> str:
    return day.isoformat()


def _shard(dimension: int, key: str) -> int:
    shards = _SHARDS.get(DIMENSIONS[dimension], 1)
    return crc32(key.encode()) % shards

"""Totals of signals: measures by book, business date, currency, dimension and key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from zlib import crc32

from daybook.ledger.positions import epoch_of
from daybook.ledger.signals.encoding import SignalBucket
from daybook.ledger.signals.facts import SignalLine

SIGNAL_DIMENSIONS: Final = (
    *("store", "region", "channel", "staff", "product", "label"),
    *("store_quarter", "store_label", "store_staff", "store_quarter_label"),
)
"""``store_quarter`` is store|quarter (epoch seconds), ``store_label`` store|label, and so on."""
_SHARDS: Final = {
    **dict.fromkeys(("staff", "product", "store_quarter", "store_staff"), 64),
    "store_quarter_label": 1024,
    "store_label": 16,
    "label": 4,
}


class TotalName(NamedTuple):
    """What a total is a total of."""

    book: str
    business_date: str
    currency: str
    dimension: str
    key: str


_BucketName = tuple[str, str, str, str, int]


class SignalTotals:
    """All signal totals of a partition, and which of their buckets have changed since last taken."""

    def __init__(self) -> None:
        self._buckets: dict[_BucketName, dict[str, tuple[int, dict[str, int]]]] = {}
        self._changed: set[_BucketName] = set()

    def add(self, lines: Iterable[SignalLine], version: int, sign: int = 1) -> None:
        """Add lines to every total that they belong to; ``sign`` -1 takes them back."""
        for line in lines:
            for name in names_of(line):
                bucket = _bucket_name(name)
                entries = self._buckets.setdefault(bucket, {})
                measures = entries.get(name.key, (0, {}))[1]
                for measure, value in line.measures:
                    measures[measure] = measures.get(measure, 0) + sign * value
                entries[name.key] = (version, measures)
                self._changed.add(bucket)

    def take_changed(self, partition: int, version: int) -> list[tuple[bytes, SignalBucket]]:
        """Buckets that changed since the last call, with their record keys, as of a version."""
        changed, self._changed = sorted(self._changed), set()
        return [
            (
                "|".join(map(str, name)).encode(),
                SignalBucket(epoch_of(version), partition, version, *name[:4], self._buckets[name]),
            )
            for name in changed
        ]

    def mark_all(self) -> None:
        """Let every bucket count as changed: a rebuilt state has to be told in full."""
        self._changed.update(self._buckets)

    def restore(self, message: SignalBucket) -> None:
        """Take over a bucket's state as it was told."""
        head = (message.book, message.business_date, message.currency, message.dimension)
        for key, entry in message.entries.items():
            self._buckets.setdefault(_bucket_name(TotalName(*head, key)), {})[key] = entry

    def items(self) -> Iterator[tuple[TotalName, dict[str, int]]]:
        """Every total that is not zero throughout, with its measures that are not zero."""
        for name, entries in self._buckets.items():
            for key, (_, measures) in entries.items():
                told = {measure: value for measure, value in measures.items() if value}
                if told:
                    yield TotalName(*name[:4], key), told


def names_of(line: SignalLine) -> Iterator[TotalName]:
    """All totals that a line belongs to."""
    place = line.place
    keys = (
        place.store_id,
        place.region,
        place.channel,
        place.staff_id,
        place.product_id,
        place.label,
        f"{place.store_id}|{line.quarter}" if line.quarter else "",
        f"{place.store_id}|{place.label}" if place.label else "",
        f"{place.store_id}|{place.staff_id}" if place.staff_id else "",
        f"{place.store_id}|{line.quarter}|{place.label}" if line.quarter and place.label else "",
    )
    day = line.business_date.isoformat()
    for dimension, key in zip(SIGNAL_DIMENSIONS, keys, strict=True):
        if key:
            yield TotalName(place.book, day, line.currency, dimension, key)


def merged(parts: Iterable[SignalTotals]) -> dict[TotalName, dict[str, int]]:
    """The totals of several partitions added up."""
    found: dict[TotalName, dict[str, int]] = {}
    for part in parts:
        for name, measures in part.items():
            own = found.setdefault(name, {})
            for measure, value in measures.items():
                own[measure] = own.get(measure, 0) + value
    return {
        name: told
        for name, own in found.items()
        if (told := {measure: value for measure, value in own.items() if value})
    }


def _bucket_name(name: TotalName) -> _BucketName:
    shards = _SHARDS.get(name.dimension, 1)
    # All labels of a store's quarter hour are in one bucket, for they change together.
    key = name.key.rpartition("|")[0] if name.dimension == "store_quarter_label" else name.key
    return (*name[:4], crc32(key.encode()) % shards if shards > 1 else 0)

"""All partitions' totals in one view: what the totals agent tells, merged by adding up.

Each partition tells states with their version, never differences. An older or repeated state changes nothing,
so whoever reads the log again from its beginning comes to the same view.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from daybook.ledger import measures
from daybook.ledger.merged_at import MergedAt, date_of
from daybook.ledger.messages import PartitionPosition, TotalsBucket

_NOTHING: Final = (0,) * measures.WIDTH


class Place(NamedTuple):
    """Which totals are meant: all keys of a dimension, on one business date and in one currency of a book."""

    book: str
    business_date: date
    currency: str
    dimension: str


class Merged(NamedTuple):
    """A merged total: stored measures, and when it was last told of a change (UTC, epoch milliseconds)."""

    vector: tuple[int, ...]
    reached_at: int


class Change(NamedTuple):
    """What a message changed of a total: the difference of its stored measures, which may be all zero."""

    place: Place
    key: str
    difference: tuple[int, ...]
    reached_at: int


class TotalsView(Protocol):
    """Merged totals that boards are made of."""

    @property
    def recorded_at(self) -> int | None:
        """When the newest counted event came into the log (UTC, epoch milliseconds); None before any."""

    def places(self) -> Iterator[Place]:
        """All places that have a total."""

    def table(self, place: Place) -> Mapping[str, Merged]:
        """The totals of a place by key; empty where there are none."""


class _Table:
    """The totals of one place: what each partition told last, and their sums."""

    __slots__ = ("changes", "parts", "sums")

    def __init__(self) -> None:
        self.changes = 0
        self.parts: dict[int, dict[str, array[int]]] = {}
        self.sums: dict[str, Merged] = {}

    def put(self, partition: int, key: str, entry: list[int], told_at: int) -> tuple[int, ...] | None:
        """Take over an entry, [version, stored measures ...]; the difference, None if it is not newer."""
        part = self.parts.setdefault(partition, {})
        old = part.get(key)
        if old is not None and old[0] >= entry[0]:
            return None
        part[key] = array("q", entry)
        self.changes += 1
        before = _NOTHING if old is None else old[1:]
        difference = tuple(new - gone for new, gone in zip(entry[1:], before, strict=True))
        known = self.sums.get(key)
        if known is None:
            self.sums[key] = Merged(difference, told_at)
        else:
            vector = tuple(a + b for a, b in zip(known.vector, difference, strict=True))
            self.sums[key] = Merged(vector, max(known.reached_at, told_at))
        return difference


class MergedTotals(MergedAt):
    """The merged totals from a business date on. It grows by one entry per key, day and partition.

    Args:
        since: totals of days before it are passed over; None keeps all.
        dimensions: those that are kept; None keeps all.
    """

    def __init__(self, since: date | None = None, dimensions: Container[str] | None = None) -> None:
        super().__init__(since, dimensions)
        self._tables: dict[Place, _Table] = {}

    def __len__(self) -> int:
        """How many merged totals there are."""
        return sum(len(table.sums) for table in self._tables.values())

    def take(self, message: TotalsBucket | PartitionPosition, told_at: int = 0) -> list[Change]:
        """Take over what a partition told; what it changed.

        Args:
            message: a state; it counts where it is newer than what is known of its partition.
            told_at: when it was told (UTC, epoch milliseconds).
        """
        if isinstance(message, PartitionPosition):
            self._stand(message)
            return []
        self._told(message.partition, message.version)
        if not self._keeps(message.business_date, message.dimension):
            return []
        day = date_of(message.business_date)
        place = Place(message.book, day, message.currency, message.dimension)
        table = self._tables.setdefault(place, _Table())
        changes = []
        for key, entry in message.entries.items():
            difference = table.put(message.partition, key, entry, told_at)
            if difference is not None:
                changes.append(Change(place, key, difference, told_at))
        return changes

    def places(self) -> Iterator[Place]:
        """All places that have a total."""
        return iter(self._tables)

    def table(self, place: Place) -> Mapping[str, Merged]:
        """The totals of a place by key; empty where there are none. It changes with what is taken."""
        table = self._tables.get(place)
        return MappingProxyType(table.sums if table is not None else {})

    def changes(self, place: Place) -> int:
        """How often a total of a place has changed: while it stays the same, so do all of them."""
        table = self._tables.get(place)
        return 0 if table is None else table.changes

    def total(self, place: Place, key: str) -> Merged | None:
        """One total; None where nothing was ever counted."""
        return self.table(place).get(key)

    def forget_before(self, day: date) -> None:
        """Drop the totals of all business dates before a day, and pass over what still comes for them."""
        self._since = max(self._since, day)
        for place in [place for place in self._tables if place.business_date < self._since]:
            del self._tables[place]


def all_entries(merged: TotalsView, places: Iterable[Place] | None = None) -> Iterator[Change]:
    """Every total as if it had changed from nothing: for whoever begins with a view that is there already."""
    for place in merged.places() if places is None else places:
        for key, total in merged.table(place).items():
            yield Change(place, key, total.vector, total.reached_at)

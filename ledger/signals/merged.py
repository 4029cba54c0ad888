"""All partitions' signal totals in one view, merged by adding up, as the sales' are.

Each partition tells states with their version, never differences: an older or repeated one changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from daybook.ledger.merged_at import MergedAt, date_of
from daybook.ledger.messages import PartitionPosition
from daybook.ledger.signals.encoding import SignalBucket
from daybook.ledger.signals.facts import SIGNALS

Measures = Mapping[str, int]
Quarters = Mapping[int, Mapping[str, Measures]]
"""What a store has: by quarter hour (epoch seconds, 0: the whole day), then by what follows in the key."""
_NOTHING: Final[Mapping[str, Measures]] = {}
_NO_QUARTERS: Final[Quarters] = {}


class SignalPlace(NamedTuple):
    """Which totals are meant: all keys of a dimension on a business date, in a currency or in none."""

    business_date: date
    dimension: str
    currency: str = ""
    book: str = SIGNALS


class SignalChange(NamedTuple):
    """What a message changed of a total: the difference of its measures, those left out by nothing."""

    place: SignalPlace
    key: str
    difference: Measures


class _Table:
    """The totals of one place: what each partition told last, and their sums."""

    __slots__ = ("by_store", "changes", "has_quarters", "parts", "sums")

    def __init__(self, dimension: str) -> None:
        self.has_quarters = dimension.startswith("store_quarter")
        self.changes = 0
        self.parts: dict[tuple[int, str], tuple[int, Measures]] = {}
        self.sums: dict[str, dict[str, int]] = {}
        self.by_store: dict[str, dict[int, dict[str, dict[str, int]]]] = {}

    def put(self, partition: int, key: str, version: int, measures: Measures) -> Measures | None:
        """Take over what a partition says of a total; the difference, None if it is not newer."""
        known = self.parts.get((partition, key))
        if known is not None and known[0] >= version:
            return None
        self.changes += 1
        self.parts[partition, key] = (version, measures)
        total = self.sums.get(key)
        if total is None:
            total = self.sums[key] = {}
            store, _, rest = key.partition("|")
            quarter, _, label = rest.partition("|") if self.has_quarters else ("0", "", rest)
            self.by_store.setdefault(store, {}).setdefault(int(quarter), {})[label] = total
        difference = dict(measures)
        for measure, value in (known[1] if known else {}).items():
            difference[measure] = difference.get(measure, 0) - value
        for measure, value in difference.items():
            total[measure] = total.get(measure, 0) + value
        return difference


class MergedSignals(MergedAt):
    """The merged signal totals from a business date on.

    Args:
        since: totals of days before it are passed over; None keeps all.
        dimensions: those that are kept; None keeps all.
    """

    def __init__(self, since: date | None = None, dimensions: Container[str] | None = None) -> None:
        super().__init__(since, dimensions)
        self._tables: dict[SignalPlace, _Table] = {}
        self._currencies: set[str] = set()
        self._listeners: list[Callable[[Sequence[SignalChange]], None]] = []

    @property
    def currencies(self) -> list[str]:
        """All currencies that were told of, sorted; '' is that of signals without one."""
        return sorted(self._currencies)

    def take(self, message: SignalBucket | PartitionPosition) -> None:
        """Take over what a partition told; it counts where it is newer than what is known of it."""
        if isinstance(message, PartitionPosition):
            self._stand(message)
            return
        self._told(message.partition, message.version)
        if self._keeps(message.business_date, message.dimension):
            changes = list(self._put(message))
            for told in self._listeners:
                told(changes)

    def _put(self, bucket: SignalBucket) -> Iterator[SignalChange]:
        day = date_of(bucket.business_date)
        place = SignalPlace(day, bucket.dimension, bucket.currency, bucket.book)
        table = self._tables.setdefault(place, _Table(place.dimension))
        self._currencies.add(bucket.currency)
        for key, (version, measures) in bucket.entries.items():
            difference = table.put(bucket.partition, key, version, measures)
            if difference is not None:
                yield SignalChange(place, key, difference)

    def listen(self, told: Callable[[Sequence[SignalChange]], None]) -> None:
        """Let somebody know from now on what each message has changed, right after it has."""
        self._listeners.append(told)

    def places(self) -> Iterator[SignalPlace]:
        """All places that have a total."""
        return iter(self._tables)

    def table(self, place: SignalPlace) -> Mapping[str, Measures]:
        """The totals of a place by key; empty where there are none. It changes with what is taken."""
        table = self._tables.get(place)
        return table.sums if table is not None else _NOTHING

    def changes(self, place: SignalPlace) -> int:
        """How often a total of a place has changed: as long as this stays, all of them are as they were."""
        table = self._tables.get(place)
        return table.changes if table is not None else 0

    def of_store(self, place: SignalPlace, store_id: str) -> Quarters:
        """The same of one store, for dimensions that begin with the store."""
        table = self._tables.get(place)
        return table.by_store.get(store_id, _NO_QUARTERS) if table is not None else _NO_QUARTERS

    def forget_before(self, day: date) -> None:
        """Drop the totals of all business dates before a day, and pass over what still comes for them."""
        self._since = max(self._since, day)
        for place in [place for place in self._tables if place.business_date < self._since]:
            del self._tables[place]

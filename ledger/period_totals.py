"""The totals of a period by contender, kept while its days change and while the period moves on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final

from daybook.ledger.leaderboards import Contender
from daybook.ledger.merged import Change, Place, TotalsView, all_entries
from daybook.ledger.periods import Period

DIMENSION_OF: Final = {"day": "store", "team": "staff"}
"""Whose totals a board is made of, where the name is another."""

KeyOf = Callable[[str, date], str | None]
"""Who gets a total: from its key and business date; None for nobody."""
NEVER: Final = Period(date.min, date.min)
"""The period before any was named."""


class _Sum:
    """A contender's measures over a period, and on which of its days they were last changed when."""

    __slots__ = ("reached", "vector")

    def __init__(self, width: int) -> None:
        self.vector = [0] * width
        self.reached: dict[date, int] = {}


class PeriodTotals:
    """Sums of one book and dimension over a period, by currency and contender.

    Whoever comes to nothing but zeros has nothing to be ranked by, and is no contender.
    """

    def __init__(self, book: str, dimension: str, key_of: KeyOf) -> None:
        self._book = book
        self._dimension = dimension
        self._key_of = key_of
        self._sums: dict[str, dict[str, _Sum]] = {}
        self.period = NEVER

    def currencies(self) -> list[str]:
        """The currencies in which there is a contender."""
        return sorted(currency for currency, sums in self._sums.items() if sums)

    def contender(self, currency: str, key: str) -> Contender | None:
        """How a contender stands now; None where it is none."""
        found = self._sums.get(currency, {}).get(key)
        return _contender(key, found) if found is not None and any(found.vector) else None

    def contenders(self, currency: str) -> Iterator[Contender]:
        """All contenders of a currency."""
        sums = self._sums.get(currency, {})
        return (_contender(key, found) for key, found in sums.items() if any(found.vector))

    def add(self, change: Change) -> str | None:
        """Take over a change; the key of the contender whose sums it changed, None for nobody."""
        if not self._holds(change.place):
            return None
        key = self._key_of(change.key, change.place.business_date)
        if not key:
            return None
        sums = self._sums.setdefault(change.place.currency, {})
        found = sums.setdefault(key, _Sum(len(change.difference)))
        found.vector = [a + b for a, b in zip(found.vector, change.difference, strict=True)]
        day = change.place.business_date
        found.reached[day] = max(found.reached.get(day, 0), change.reached_at)
        return key

    def _holds(self, place: Place) -> bool:
        return (
            place.dimension == self._dimension
            and place.book == self._book
            and place.business_date in self.period
        )

    def move(self, period: Period, merged: TotalsView) -> None:
        """Go on with another period: days that leave it are taken off, and days that enter it are added."""
        old, self.period = self.period, period
        leaving = [place for place in self._places(merged, old) if place.business_date not in period]
        entering = [place for place in self._places(merged, period) if place.business_date not in old]
        for change in all_entries(merged, leaving):
            self._take_off(change)
        for change in all_entries(merged, entering):
            self.add(change)

    def _places(self, merged: TotalsView, period: Period) -> Iterable[Place]:
        return [
            place
            for place in merged.places()
            if (place.book, place.dimension) == (self._book, self._dimension)
            and place.business_date in period
        ]

    def _take_off(self, change: Change) -> None:
        key = self._key_of(change.key, change.place.business_date)
        sums = self._sums.get(change.place.currency, {})
        found = sums.get(key) if key else None
        if not key or found is None:
            return
        found.vector = [a - b for a, b in zip(found.vector, change.difference, strict=True)]
        found.reached.pop(change.place.business_date, None)
        if not found.reached:
            del sums[key]


def _contender(key: str, found: _Sum) -> Contender:
    return Contender(key, found.vector, max(found.reached.values(), default=0))

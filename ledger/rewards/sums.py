"""What everybody has in a period, added up: what they sold, or what signals count of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from daybook.ledger import measures as m
from daybook.ledger.board_rankings import BOOK
from daybook.ledger.merged import MergedTotals, Place
from daybook.ledger.periods import Period
from daybook.ledger.rewards.scores import by_origin
from daybook.ledger.signals.boards import signal_vector
from daybook.ledger.signals.facts import SIGNALS
from daybook.ledger.signals.merged import MergedSignals, SignalPlace
from daybook.ledger.teams import Staff
from daybook.schemas.rewards import Who

DIMENSION_OF: Final = {Who.PERSON: "staff", Who.TEAM: "staff", Who.STORE: "store"}
DIMENSIONS: Final = ("staff", "store")
"""The dimensions of totals that awards go by."""
_DAY: Final = timedelta(days=1)

Vectors = Mapping[str, tuple[int, ...]]
"""Measures by who has them."""


class Asked(NamedTuple):
    """Whose sums, in which currency (None: all as one), over which days; of some stores alone, if named."""

    who: Who
    currency: str | None
    period: Period
    stores: frozenset[str] = frozenset()


class Sums(ABC):
    """Sums at one moment. What is asked for twice is added up once."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self._known: dict[Asked, Vectors] = {}

    def of(self, asked: Asked) -> Vectors:
        """What each of them has."""
        if asked not in self._known:
            self._known[asked] = self._added(asked)
        return self._known[asked]

    @abstractmethod
    def changes(self, asked: Asked) -> int:
        """How often the totals behind it have changed: while it stays the same, so do all of them."""

    @abstractmethod
    def _added(self, asked: Asked) -> Vectors:
        """Add it up."""

    def _key(self, asked: Asked, name: str, day: date) -> str | None:
        """Who is given a total; None where they take no part."""
        if asked.stores:
            at = name if asked.who is Who.STORE else self._staff.home_store(name)
            if at not in asked.stores:
                return None
        return self._staff.team_on(name, day) if asked.who is Who.TEAM else name


class SoldSums(Sums):
    """Stored measures of sales, with every reversal on the day of its sale."""

    def __init__(self, view: MergedTotals, staff: Staff) -> None:
        super().__init__(staff)
        self._view = view
        self._places: defaultdict[tuple[str, str | None], dict[date, Place]] = defaultdict(dict)
        for place in view.places():
            if place.book == BOOK and place.dimension in DIMENSIONS:
                self._places[place.dimension, place.currency][place.business_date] = place

    def currencies(self, who: Who) -> list[str]:
        """The currencies in which they sold anything."""
        found = {currency for dimension, currency in self._places if dimension == DIMENSION_OF[who]}
        return sorted(currency for currency in found if currency is not None)

    def changes(self, asked: Asked) -> int:
        """As for all sums."""
        days = self._places[DIMENSION_OF[asked.who], asked.currency]
        found = (days.get(day) for day in _days(asked.period))
        return sum(self._view.changes(place) for place in found if place is not None)

    def _added(self, asked: Asked) -> Vectors:
        sums: dict[str, list[int]] = {}
        for day, place in self._places[DIMENSION_OF[asked.who], asked.currency].items():
            if day not in asked.period:
                continue
            for name, total in self._view.table(place).items():
                key = self._key(asked, name, day)
                if key:
                    known = sums.setdefault(key, [0] * m.WIDTH)
                    for number, value in enumerate(total.vector):
                        known[number] += value
        return {key: by_origin(vector) for key, vector in sums.items()}


class SignalSums(Sums):
    """Measures of signals, in the order in which boards read them."""

    def __init__(self, signals: MergedSignals, staff: Staff) -> None:
        super().__init__(staff)
        self._signals = signals
        self._places: defaultdict[tuple[str, date], list[SignalPlace]] = defaultdict(list)
        for place in signals.places():
            if place.book == SIGNALS and place.dimension in DIMENSIONS:
                self._places[place.dimension, place.business_date].append(place)

    def changes(self, asked: Asked) -> int:
        """As for all sums."""
        return sum(self._signals.changes(place) for place in self._asked(asked))

    def _added(self, asked: Asked) -> Vectors:
        sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for place in self._asked(asked):
            for name, measures in self._signals.table(place).items():
                key = self._key(asked, name, place.business_date)
                if key:
                    sums[key].update(measures)
        return {key: tuple(signal_vector(measures)) for key, measures in sums.items()}

    def _asked(self, asked: Asked) -> Iterator[SignalPlace]:
        for day in _days(asked.period):
            for place in self._places.get((DIMENSION_OF[asked.who], day), ()):
                if asked.currency in (None, place.currency):
                    yield place


def _days(period: Period) -> Iterator[date]:
    return (period.first + number * _DAY for number in range((period.last - period.first).days + 1))

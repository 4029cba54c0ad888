"""Who takes part in a programme, with what they sold: read off the merged totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from daybook.ledger import measures as m
from daybook.ledger.board_rankings import BOOK, Surroundings
from daybook.ledger.leaderboards import Measure
from daybook.ledger.merged import MergedTotals, Place
from daybook.ledger.periods import Period
from daybook.ledger.rewards.scores import Entrant
from daybook.ledger.rewards.spans import periods_before
from daybook.ledger.yardsticks import Scope
from daybook.schemas.rewards import Basis, Programme, Who

_DIMENSION: Final = {Who.PERSON: "staff", Who.TEAM: "staff", Who.STORE: "store"}
_Sums = Mapping[str, tuple[int, ...]]
Ago = Callable[[str], int | None]
"""Periods since somebody was last given something by the programme."""


class Gathering:
    """Sums of totals at one moment; what several programmes ask for is added up once.

    Args:
        view: the totals.
        around: stores, staff, measures, yardsticks.
    """

    def __init__(self, view: MergedTotals, around: Surroundings) -> None:
        self._around = around
        self._view = view
        self._sums: dict[tuple[Who, str, Period, frozenset[str]], _Sums] = {}
        self._places: defaultdict[tuple[str, str], dict[date, Place]] = defaultdict(dict)
        for place in view.places():
            if place.book == BOOK and place.dimension in ("staff", "store"):
                self._places[place.dimension, place.currency][place.business_date] = place

    def measure(self, programme: Programme) -> Measure:
        """What a programme compares by.

        Raises:
            KeyError: there is no such measure.
        """
        return self._around.measures[programme.measure]

    def changes(self, programme: Programme, period: Period) -> int:
        """How often the totals have changed that a period's awards hang on."""
        days = self._places[_DIMENSION[programme.who], programme.currency]
        found = 0
        for each in (period, *periods_before(programme, period)):
            for number in range((each.last - each.first).days + 1):
                place = days.get(each.first + timedelta(days=number))
                found += 0 if place is None else self._view.changes(place)
        return found

    def entrants(
        self, programme: Programme, period: Period, at: datetime, ago: Ago = lambda _: None
    ) -> list[Entrant]:
        """All who sold something in a period, or in the past that the programme looks at.

        Whoever has nothing but zeros in the period itself takes no part in it.
        """
        scoped = programme.who, programme.currency
        stores = frozenset(programme.stores)
        now = self.sums(*scoped, period, stores)
        past = [self.sums(*scoped, earlier, stores) for earlier in periods_before(programme, period)]
        nothing = (0,) * m.WIDTH
        measure, yardsticks = self.measure(programme), self._around.yardsticks
        aimed = programme.basis is Basis.ATTAINMENT or measure.needs == "target"
        found = []
        for key, vector in sorted(now.items()):
            if not any(vector):
                continue
            scope = Scope(programme.who.value, programme.currency, period, at)
            found.append(
                Entrant(
                    key,
                    vector,
                    [sums.get(key, nothing) for sums in past],
                    yardsticks.target(key, scope) if aimed else None,
                    yardsticks.open_seconds(key, scope) if measure.needs == "open_seconds" else None,
                    ago(key),
                )
            )
        return found

    def currencies(self, who: Who) -> list[str]:
        """The currencies in which they sold anything."""
        return sorted({currency for dimension, currency in self._places if dimension == _DIMENSION[who]})

    def sums(
        self, who: Who, currency: str, period: Period, stores: frozenset[str] = frozenset()
    ) -> Mapping[str, tuple[int, ...]]:
        """What each of them sold in a period, by key; of some stores alone, if any are named."""
        asked = (who, currency, period, stores)
        if asked not in self._sums:
            self._sums[asked] = self._added(*asked)
        return self._sums[asked]

    def _added(self, who: Who, currency: str, period: Period, stores: frozenset[str]) -> _Sums:
        sums: dict[str, list[int]] = {}
        for day, place in self._places[_DIMENSION[who], currency].items():
            if day not in period:
                continue
            for name, total in self._view.table(place).items():
                key = self._key(who, name, day, stores)
                if key:
                    known = sums.setdefault(key, [0] * m.WIDTH)
                    for number, value in enumerate(total.vector):
                        known[number] += value
        return {key: tuple(vector) for key, vector in sums.items()}

    def _key(self, who: Who, name: str, day: date, stores: frozenset[str]) -> str | None:
        """Who is given a total; None where they take no part."""
        if stores:
            at = name if who is Who.STORE else self._around.staff.home_store(name)
            if at not in stores:
                return None
        return self._around.staff.team_on(name, day) if who is Who.TEAM else name

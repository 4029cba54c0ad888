"""Leaderboards: who stands where, by a measure, over a period.

Equal values share a rank, as at the Olympics, and stand in the order in which they were reached; the next
rank is left out. Values are exact: ratios are compared as fractions, and rounded only to be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple

from daybook.ledger.board_measures import MEASURES, Contender, Measure, Vector, in_view, shown
from daybook.ledger.calendar import Calendar

__all__ = [
    "MEASURES",
    "Board",
    "Contender",
    "Measure",
    "Standing",
    "Vector",
    "in_view",
    "leaderboard",
    "main_date",
    "shown",
    "value_of",
]


class Standing(NamedTuple):
    """A place on a board. ``moved`` is how many ranks it has risen since the period before; None if new."""

    rank: int
    key: str
    value: Fraction
    moved: int | None = None


class Board(NamedTuple):
    """All who reach the minimum volume, best first, and how many do not."""

    standings: list[Standing]
    left_out: int

    def top(self, count: int) -> list[Standing]:
        """The best, best first."""
        return self.standings[:count]

    def bottom(self, count: int) -> list[Standing]:
        """The last, last first. For managers only."""
        return self.standings[::-1][:count]

    def own(self, key: str) -> Standing | None:
        """One's own place, without anybody else's."""
        return next((standing for standing in self.standings if standing.key == key), None)


def value_of(contender: Contender, measure: Measure, minimum: int = 0) -> Fraction | None:
    """What a contender is ranked by; None for one who is left out: of too little volume, or of no value."""
    if minimum and measure.volume(contender.vector) < minimum:
        return None
    return measure.value(contender)


def leaderboard(
    contenders: Iterable[Contender],
    measure: Measure,
    *,
    minimum_orders: int = 0,
    before: Mapping[str, int] | None = None,
) -> Board:
    """Rank the contenders.

    Args:
        contenders: each key once.
        measure: what to rank by.
        minimum_orders: with fewer orders (or what else the measure is made of) one is left out: ratios of a
            few sales say nothing.
        before: ranks in the period before, by key.
    """
    ranked: list[tuple[Fraction, Contender]] = []
    left_out = 0
    for contender in contenders:
        value = value_of(contender, measure, minimum_orders)
        if value is None:
            left_out += 1
        else:
            ranked.append((value, contender))
    sign = 1 if measure.least_first else -1
    ranked.sort(key=lambda place: (sign * place[0], place[1].reached_at, place[1].key))
    return Board(list(_standings(ranked, before or {})), left_out)


def _standings(ranked: list[tuple[Fraction, Contender]], before: Mapping[str, int]) -> Iterable[Standing]:
    rank, last = 0, None
    for place, (value, contender) in enumerate(ranked, start=1):
        if value != last:
            rank, last = place, value
        old = before.get(contender.key)
        yield Standing(rank, contender.key, value, None if old is None else old - rank)


def main_date(calendar: Calendar, now: datetime) -> date:
    """The business date that most stores are at, and of equally many the later one.

    Raises:
        ValueError: there are no stores.
    """
    days = Counter(calendar.moment(store.store_id, now).business_date for store in calendar.stores)
    return max((stores, day) for day, stores in days.items())[1]

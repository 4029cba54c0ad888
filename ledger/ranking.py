"""A board that is kept: contenders in the order of their ranks, found and moved in steps of log n."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from sortedcontainers import SortedList

from daybook.ledger.leaderboards import Contender, Measure, Standing, value_of

_Order = tuple[int | Fraction, int, str]
"""Value (negated, unless less is better), when it was reached, key: rising from the best on."""
_BEFORE_ALL: Final = -1


class _Range(NamedTuple):
    start: int
    stop: int


class Ranking:
    """Contenders ranked by a measure, as :func:`~daybook.ledger.leaderboards.leaderboard` ranks them.

    A change costs a search among the others, O(log n), whatever the size of the board.
    """

    def __init__(self, measure: Measure, minimum_orders: int = 0) -> None:
        self._measure = measure
        self._sign = 1 if measure.least_first else -1
        self._minimum_orders = minimum_orders
        self._places: dict[str, _Order | None] = {}
        self._order: SortedList[_Order] = SortedList()

    def __len__(self) -> int:
        """How many are ranked."""
        return len(self._order)

    @property
    def left_out(self) -> int:
        """How many have no rank: of too few orders, or without a value."""
        return len(self._places) - len(self._order)

    def put(self, contender: Contender) -> bool:
        """Take over how a contender stands now; whether that has changed the board."""
        place = self._place(contender)
        old = self._places.get(contender.key)
        if place == old and contender.key in self._places:
            return False
        self._places[contender.key] = place
        if old is not None:
            self._order.remove(old)
        if place is not None:
            self._order.add(place)
        return True

    def put_all(self, contenders: Iterable[Contender]) -> None:
        """Begin anew with these: faster than one after the other."""
        self._places, self._order = {}, SortedList()
        for contender in contenders:
            self._places[contender.key] = self._place(contender)
        self._order.update(place for place in self._places.values() if place is not None)

    def _place(self, contender: Contender) -> _Order | None:
        value = value_of(contender, self._measure, self._minimum_orders)
        if value is None:
            return None
        return _whole(self._sign * value), contender.reached_at, contender.key

    def drop(self, key: str) -> bool:
        """Take a contender off the board; whether it was on it."""
        if key not in self._places:
            return False
        old = self._places.pop(key)
        if old is not None:
            self._order.remove(old)
        return True

    def rank(self, key: str) -> int | None:
        """A contender's rank; None where it has none."""
        place = self._places.get(key)
        return None if place is None else self._rank(place)

    def top(self, count: int, before: Ranking | None = None) -> list[Standing]:
        """The best, best first; ``before`` is the board of the period before."""
        return list(self._standings(_Range(0, min(count, len(self._order))), before))

    def bottom(self, count: int, before: Ranking | None = None) -> list[Standing]:
        """The last, last first. For managers only."""
        size = len(self._order)
        return list(self._standings(_Range(max(0, size - count), size), before))[::-1]

    def own(self, key: str, before: Ranking | None = None) -> Standing | None:
        """One's own place, without anybody else's."""
        place = self._places.get(key)
        return None if place is None else self._standing(place, before)

    def _standings(self, places: _Range, before: Ranking | None) -> Iterator[Standing]:
        for place in self._order.islice(places.start, places.stop):
            yield self._standing(place, before)

    def _standing(self, place: _Order, before: Ranking | None) -> Standing:
        rank, (signed, _, key) = self._rank(place), place
        old = None if before is None else before.rank(key)
        return Standing(rank, key, Fraction(self._sign * signed), None if old is None else old - rank)

    def _rank(self, place: _Order) -> int:
        # Before the first of its value: what stands left of that is strictly better.
        return int(self._order.bisect_left((place[0], _BEFORE_ALL, ""))) + 1


def _whole(value: Fraction) -> int | Fraction:
    # Whole numbers compare several times as fast, and equal to the same Fraction.
    return value.numerator if value.denominator == 1 else value

"""Leaderboards: who stands where, by a measure, over a period.

Equal values share a rank, as at the Olympics, and stand in the order in which they were reached; the next
rank is left out. Values are exact: ratios are compared as fractions, and rounded only to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger import measures as m
from daybook.schemas.rounding import divide

Vector = Sequence[int]
"""Stored measures, in the order of ``measures.STORED``."""


class Contender(NamedTuple):
    """Someone or something that is ranked: stored measures, and when they were last changed (UTC, ms)."""

    key: str
    vector: Vector
    reached_at: int = 0


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


class Measure(NamedTuple):
    """What is ranked by: its value of stored measures (None: cannot be said), and how it is shown."""

    value: Callable[[Vector], Fraction | None]
    unit: str


def _net(vector: Vector) -> int:
    return vector[m.GROSS] + vector[m.DISCOUNTS] + vector[m.REVERSALS]


def _net_units(vector: Vector) -> int:
    return vector[m.UNITS] - vector[m.RETURNED_UNITS]


def _per_order(amount: Callable[[Vector], int]) -> Callable[[Vector], Fraction | None]:
    def value(vector: Vector) -> Fraction | None:
        return Fraction(amount(vector), vector[m.ORDERS]) if vector[m.ORDERS] > 0 else None

    return value


MEASURES: Final[dict[str, Measure]] = {
    "net": Measure(lambda v: Fraction(_net(v)), "minor units"),
    "gross": Measure(lambda v: Fraction(v[m.GROSS]), "minor units"),
    "orders": Measure(lambda v: Fraction(v[m.ORDERS]), "count"),
    "units": Measure(lambda v: Fraction(_net_units(v)), "count"),
    "aov": Measure(_per_order(lambda v: v[m.GROSS] + v[m.DISCOUNTS]), "minor units"),
    "upt": Measure(_per_order(_net_units), "millionths"),
}
"""AOV = (gross + discounts) / orders, UPT = net units / orders; ``units`` are net of returned ones."""


def shown(value: Fraction, unit: str) -> int:
    """A value in its unit as an integer, rounded once, half away from zero."""
    scale = 1_000_000 if unit == "millionths" else 1
    return divide(value.numerator * scale, value.denominator)


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
        minimum_orders: with fewer orders one is left out: ratios of a few sales say nothing.
        before: ranks in the period before, by key.
    """
    ranked: list[tuple[Fraction, Contender]] = []
    left_out = 0
    for contender in contenders:
        value = measure.value(contender.vector)
        if value is None or contender.vector[m.ORDERS] < minimum_orders:
            left_out += 1
        else:
            ranked.append((value, contender))
    ranked.sort(key=lambda place: (-place[0], place[1].reached_at, place[1].key))
    return Board(list(_standings(ranked, before or {})), left_out)


def _standings(ranked: list[tuple[Fraction, Contender]], before: Mapping[str, int]) -> Iterable[Standing]:
    rank, last = 0, None
    for place, (value, contender) in enumerate(ranked, start=1):
        if value != last:
            rank, last = place, value
        old = before.get(contender.key)
        yield Standing(rank, contender.key, value, None if old is None else old - rank)

"""A shortfall taken apart, so that the parts add up to it to the minor unit.

Net = orders x units per order x price per unit + discounts + reversals. Each of the first three is given what
changes when it goes from expected to actual, in that order: exact fractions, rounded where they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger import measures as m
from daybook.ledger.leaderboards import Vector
from daybook.schemas.alerts import Breakdown, Dimension, Split, SplitRow
from daybook.schemas.rounding import divide, share

ROWS: Final = 3


class Sold(NamedTuple):
    """What net sales are made of; minor units and counts. Expected counts are fractions."""

    gross: int
    discounts: int
    reversals: int
    orders: Fraction
    units: Fraction

    @property
    def net(self) -> int:
        """Gross + discounts + reversals."""
        return self.gross + self.discounts + self.reversals


class Member(NamedTuple):
    """One of a dimension: its net sales so far, and the weight of its usual sales."""

    key: str
    actual: int
    usual: int
    label: str | None = None


def sold(vector: Vector) -> Sold:
    """What a vector of stored measures sold."""
    orders, units = Fraction(vector[m.ORDERS]), Fraction(vector[m.UNITS])
    return Sold(vector[m.GROSS], vector[m.DISCOUNTS], vector[m.REVERSALS], orders, units)


def expected_sold(net: int, like_days: Iterable[Vector]) -> Sold:
    """What expected net sales are made of, if they are made as those of like days are.

    Where like days sold nothing, all of it is taken for gross.
    """
    sums = [sum(column) for column in zip(*like_days, strict=True)] or [0] * m.WIDTH
    like = sold(sums)
    if like.net <= 0:
        return Sold(net, 0, 0, Fraction(0), Fraction(0))
    part = Fraction(net, like.net)
    discounts, reversals = _rounded(like.discounts * part), _rounded(like.reversals * part)
    return Sold(net - discounts - reversals, discounts, reversals, like.orders * part, like.units * part)


def split(actual: Sold, expected: Sold, breakdowns: Sequence[Breakdown] = ()) -> Split:
    """Actual less expected, by what made the difference."""
    by_orders = _scaled(expected.gross, expected.orders, actual.orders, otherwise=actual.gross)
    by_units = _scaled(expected.gross, expected.units, actual.units, otherwise=by_orders)
    parts = (
        ("orders", by_orders - expected.gross),
        ("units_per_order", by_units - by_orders),
        ("price_per_unit", actual.gross - by_units),
        ("discounts", actual.discounts - expected.discounts),
        ("reversals", actual.reversals - expected.reversals),
    )
    return Split(
        shortfall=actual.net - expected.net,
        parts=[SplitRow(name=name, amount=amount) for name, amount in parts],
        breakdowns=list(breakdowns),
    )


def breakdown(dimension: Dimension, actual: int, expected: int, members: Iterable[Member]) -> Breakdown:
    """The three of a dimension that explain most of a shortfall, and the rest of it.

    What was expected in all is shared over them by their usual sales. Sales of none of them are in the rest.
    """
    known = sorted(members)
    shortfall = actual - expected
    weights = [max(member.usual, 0) for member in known]
    parts = share(expected, weights) if any(weights) else [0] * len(known)
    apart = [(member.actual - part, member) for member, part in zip(known, parts, strict=True)]
    sign = -1 if shortfall < 0 else 1
    most = sorted(apart, key=lambda each: (-sign * each[0], each[1].key))[:ROWS]
    rows = [
        SplitRow(name=member.key, label=member.label or None, amount=difference)
        for difference, member in most
        if sign * difference > 0
    ]
    return Breakdown(dimension=dimension, rows=rows, rest=shortfall - sum(row.amount for row in rows))


def _scaled(gross: int, before: Fraction, after: Fraction, *, otherwise: int) -> int:
    """Gross sales if only a count had changed; where none was expected it says nothing."""
    return _rounded(gross * after / before) if before > 0 else otherwise


def _rounded(value: Fraction) -> int:
    return divide(value.numerator, value.denominator)

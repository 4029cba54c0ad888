"""What leaderboards rank by. Values are exact: compared as fractions, and rounded only to be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from daybook.ledger import measures as m
from daybook.ledger.expressions import Expression
from daybook.schemas.rounding import divide

Vector = Sequence[int]
"""Stored measures, in the order of ``measures.STORED``."""
Needs = Literal["target", "open_seconds"]

_HOUR: Final = 3600
_SCALES: Final = {"millionths": 1_000_000}


class Contender(NamedTuple):
    """Someone or something that is ranked.

    ``vector`` holds stored measures in the view of the board, ``reached_at`` when they were last changed
    (UTC, epoch milliseconds), ``target`` the own target of the period in minor units, ``open_seconds`` for
    how long the shops behind it have been open in it; both are None where nothing is known.
    """

    key: str
    vector: Vector
    reached_at: int = 0
    target: int | None = None
    open_seconds: int | None = None


def _orders(vector: Vector) -> int:
    return vector[m.ORDERS]


class Measure(NamedTuple):
    """What is ranked by: its value (None: cannot be said), its unit, and what it needs besides measures.

    ``volume`` is what a contender may need some of to be ranked, such as orders; with ``least_first`` less is
    better.
    """

    value: Callable[[Contender], Fraction | None]
    unit: str
    needs: Needs | None = None
    volume: Callable[[Vector], int] = _orders
    least_first: bool = False


def in_view(vector: Vector, view: str) -> Vector:
    """A stored vector as one of the views has it; ``origin`` moves reversals to the day of their sale."""
    if view == "activity":
        return vector
    base = list(vector[: len(m.BASE)])
    for place, shift in zip(m.SHIFTED, vector[len(m.BASE) :], strict=True):
        base[place] += shift
    return [*base, *(0 for _ in m.SHIFTS)]


def shown(value: Fraction, unit: str) -> int:
    """A value in its unit as an integer, rounded once, half away from zero."""
    return divide(value.numerator * _SCALES.get(unit, 1), value.denominator)


def _net(vector: Vector) -> int:
    return vector[m.GROSS] + vector[m.DISCOUNTS] + vector[m.REVERSALS]


def _gross(vector: Vector) -> int:
    return vector[m.GROSS]


def _sold(vector: Vector) -> int:
    return vector[m.GROSS] + vector[m.DISCOUNTS]


def _net_units(vector: Vector) -> int:
    return vector[m.UNITS] - vector[m.RETURNED_UNITS]


def _plain(amount: Callable[[Vector], int], unit: str) -> Measure:
    return Measure(lambda c: Fraction(amount(c.vector)), unit)


def _per_order(amount: Callable[[Vector], int], unit: str) -> Measure:
    def value(contender: Contender) -> Fraction | None:
        orders = contender.vector[m.ORDERS]
        return Fraction(amount(contender.vector), orders) if orders > 0 else None

    return Measure(value, unit)


def _per_hour(amount: Callable[[Vector], int], unit: str) -> Measure:
    def value(contender: Contender) -> Fraction | None:
        seconds = contender.open_seconds
        return Fraction(amount(contender.vector) * _HOUR, seconds) if seconds else None

    return Measure(value, unit, "open_seconds")


def _attainment(contender: Contender) -> Fraction | None:
    return Fraction(_net(contender.vector), contender.target) if contender.target else None


MEASURES: Final[dict[str, Measure]] = {
    "net": _plain(_net, "minor units"),
    "gross": _plain(_gross, "minor units"),
    "orders": _plain(_orders, "count"),
    "units": _plain(_net_units, "count"),
    "aov": _per_order(_sold, "minor units"),
    "upt": _per_order(_net_units, "millionths"),
    "attainment": Measure(_attainment, "millionths", "target"),
    "net_per_hour": _per_hour(_net, "minor units"),
    "orders_per_hour": _per_hour(_orders, "millionths"),
    "units_per_hour": _per_hour(_net_units, "millionths"),
}
"""AOV = (gross + discounts) / orders, UPT = net units / orders, attainment = net / own target of the period;
``units`` are net of returned ones, and an hour is one in which the shops behind a contender are open."""


def measures_with(custom: Mapping[str, Expression]) -> dict[str, Measure]:
    """Our measures and custom ones by name.

    Raises:
        ValueError: a custom one has the name of one of ours.
    """
    taken = sorted(set(custom) & set(MEASURES))
    if taken:
        raise ValueError(f"{taken[0]} is the name of a measure that there is already")
    return MEASURES | {name: _custom(expression) for name, expression in custom.items()}


def _custom(expression: Expression) -> Measure:
    return Measure(lambda c: expression.value(c.vector), expression.unit)

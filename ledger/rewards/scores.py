"""How well somebody did in a period, as a programme looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from daybook.ledger import measures as m
from daybook.ledger.leaderboards import Contender, Measure
from daybook.schemas.rewards import Basis, Programme

Vector = Sequence[int]


class Entrant(NamedTuple):
    """One who takes part: measures of the period, those of the own past, and the own target.

    ``vector``: of sales the stored measures by the day of the sale (``by_origin``), of signals those of
    boards; ``past``: the same of earlier periods of the same kind, newest first; ``target``: minor units;
    ``open_seconds``: for how long the shops behind them were open; ``awarded_ago``: periods since they were
    last given something by the same programme, None for never.
    """

    key: str
    vector: Vector
    past: Sequence[Vector] = ()
    target: int | None = None
    open_seconds: int | None = None
    awarded_ago: int | None = None


class Score(NamedTuple):
    """An entrant's score, by which programmes decide."""

    key: str
    value: Fraction


def by_origin(vector: Vector) -> tuple[int, ...]:
    """A stored vector with every reversal on the day of its sale: a refund takes back where it was earned."""
    base = list(vector[: len(m.BASE)])
    for place, measure in enumerate(m.SHIFTED):
        base[measure] += vector[len(m.BASE) + place]
    return (*base, *(0 for _ in m.SHIFTS))


def scores(programme: Programme, measure: Measure, entrants: Iterable[Entrant]) -> list[Score]:
    """The scores of all who reach the minimum volume and of whom one can be said; best first, then by key."""
    found = []
    for entrant in entrants:
        value = score(programme, measure, entrant)
        if value is not None:
            found.append(Score(entrant.key, value))
    better = 1 if measure.least_first else -1
    return sorted(found, key=lambda one: (better * one.value, one.key))


def score(programme: Programme, measure: Measure, entrant: Entrant) -> Fraction | None:
    """One entrant's score: a value, or a part of the own target or of the mean of the own past."""
    if measure.volume(entrant.vector) < max(programme.minimum_orders, programme.minimum_volume):
        return None
    contender = Contender(
        entrant.key, entrant.vector, target=entrant.target, open_seconds=entrant.open_seconds
    )
    value = measure.value(contender)
    if value is None or programme.basis is Basis.VALUE:
        return value
    if programme.basis is Basis.ATTAINMENT:
        return value / entrant.target if entrant.target else None
    past = past_values(measure, entrant._replace(past=entrant.past[: programme.past_periods]))
    usual = sum(past, Fraction(0)) / len(past) if past else Fraction(0)
    return value / usual if usual > 0 else None


def past_values(measure: Measure, entrant: Entrant) -> list[Fraction]:
    """The values of the own past periods in which there was something, newest first."""
    earlier = (measure.value(Contender(entrant.key, vector)) for vector in entrant.past if any(vector))
    return [value for value in earlier if value is not None]

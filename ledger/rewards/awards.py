"""Who has earned what in a period: a pure function of the programme and of what everybody has in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from hashlib import blake2b
from itertools import groupby
from typing import Final, NamedTuple

from daybook.ledger.leaderboards import Measure
from daybook.ledger.periods import Period
from daybook.ledger.rewards.bests import is_best
from daybook.ledger.rewards.scores import Entrant, Score, past_values, score, scores
from daybook.schemas.currencies import exponent
from daybook.schemas.rewards import Basis, Best, Everyone, Goal, Points, Programme, Ranking, Streak
from daybook.schemas.rounding import share

ID_BYTES: Final = 12


class Award(NamedTuple):
    """What one has earned in a period. ``quantity``: points, or minor units of a prize that costs money."""

    award_id: str
    programme_id: str
    period: Period
    key: str
    place: int | None
    value: Fraction
    quantity: int


def award_id(programme_id: str, period: Period, key: str) -> str:
    """An award's name: the same whenever and however often it is worked out."""
    text = f"{programme_id}\0{period.first.isoformat()}\0{key}"
    return blake2b(text.encode(), digest_size=ID_BYTES).hexdigest()


def earned(
    programme: Programme, measure: Measure, period: Period, entrants: Iterable[Entrant]
) -> list[Award]:
    """All awards of a programme for a period, as sales stand now.

    Raises:
        ValueError: the period is not one of the programme's.
    """
    if period.last < programme.first or (programme.last is not None and period.first > programme.last):
        raise ValueError("the programme does not hold in this period")
    found = _found(programme, measure, list(entrants))
    return [
        Award(
            award_id(programme.programme_id, period, one.key),
            programme.programme_id,
            period,
            one.key,
            place,
            one.value,
            quantity,
        )
        for (one, place, _), quantity in zip(found, _within_budget(programme, found), strict=True)
    ]


_Found = list[tuple[Score, int | None, int]]
"""Scores with a place and what is given for it."""


def _found(programme: Programme, measure: Measure, entrants: Sequence[Entrant]) -> _Found:
    give, amount = programme.give, _amount(programme)
    if isinstance(give, Streak):
        return _streaks(programme, give, measure, entrants)
    ordered = scores(programme, measure, entrants)
    if isinstance(give, Ranking):
        return _ranked(give, ordered, amount)
    if isinstance(give, Everyone):
        return [(one, None, amount) for one in ordered if reached(programme, measure, give, one.value)]
    if isinstance(give, Best):
        past = {one.key: one._replace(past=one.past[: give.of_last]) for one in entrants}
        return [
            (one, None, amount)
            for one in ordered
            if is_best(one.value, past_values(measure, past[one.key]), least_first=measure.least_first)
        ]
    return _points(programme, measure, give, ordered)


def _amount(programme: Programme) -> int:
    return (programme.prize.amount or 0) if programme.prize else 0


def in_units(programme: Programme, measure: Measure, text: str) -> Fraction:
    """A threshold in the measure's own unit: people write money in major units."""
    money = programme.basis is Basis.VALUE and measure.unit == "minor units"
    return Fraction(text) * (10 ** exponent(programme.currency) if money else 1)


def reached(programme: Programme, measure: Measure, goal: Goal, value: Fraction) -> bool:
    """Whether a value reaches a goal."""
    if goal.at_most is not None:
        return value <= in_units(programme, measure, goal.at_most)
    return value >= in_units(programme, measure, goal.at_least or "0")


def _ranked(give: Ranking, ordered: Sequence[Score], amount: int) -> _Found:
    """The first places; equals who share take the prizes of all places that they stand on together."""
    found: _Found = []
    for _, equals in groupby(ordered, key=lambda one: one.value):
        tied, first = list(equals), len(found) + 1
        if first > give.places:
            break
        taken = min(give.places - first + 1, len(tied))
        parts = share(amount * taken, [1] * len(tied)) if give.ties == "share" else [amount] * len(tied)
        found += [(one, first, part) for one, part in zip(tied, parts, strict=True)]
    return found


def _points(programme: Programme, measure: Measure, give: Points, ordered: Sequence[Score]) -> _Found:
    per = in_units(programme, measure, give.per)
    whole = [(one, int(one.value // per) if per else 0) for one in ordered]
    return [(one, None, points) for one, points in whole if points > 0]


def _streaks(programme: Programme, give: Streak, measure: Measure, entrants: Sequence[Entrant]) -> _Found:
    """Those for whom this period completes a streak. A period counts for one streak and no other."""
    found: _Found = []
    for entrant in sorted(entrants, key=lambda one: one.key):
        fresh = entrant.awarded_ago is None or entrant.awarded_ago >= give.periods
        if fresh and _in_a_row(programme, measure, give, entrant) >= give.periods:
            found.append((Score(entrant.key, Fraction(give.periods)), None, _amount(programme)))
    return found


def _in_a_row(programme: Programme, measure: Measure, give: Streak, entrant: Entrant) -> int:
    """How many periods one after the other, up to this one, reached the goal; an empty one does not."""
    length = 0
    periods = [entrant.vector, *entrant.past]
    for number, vector in enumerate(periods):
        value = score(programme, measure, entrant._replace(vector=vector, past=periods[number + 1 :]))
        if value is None or not any(vector) or not reached(programme, measure, give, value):
            break
        length += 1
    return length


def _within_budget(programme: Programme, found: _Found) -> list[int]:
    """What is given, scaled down to the budget where it would cost more; it then adds up to the budget."""
    amounts = [amount for _, _, amount in found]
    budget = programme.prize.budget if programme.prize else None
    if budget is None or sum(amounts) <= budget:
        return amounts
    return share(budget, amounts)

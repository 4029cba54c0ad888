"""Who is behind their own past or their target, for how long, and in what. For managers, never a public list.

A week counts when it is closed at every store. It is behind where its net by day of sale is below nine tenths
of the median of the own eight weeks before it, or of the own target. Who has fewer than four such weeks has
no usual, and is never behind it; who sold nothing at all in a week was away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from daybook.ledger import measures as m
from daybook.ledger.alerts.split import expected_sold, sold, split
from daybook.ledger.periods import Period, iso_week, period_before
from daybook.ledger.quantiles import median
from daybook.ledger.rewards.gathering import Gathering
from daybook.ledger.rewards.scores import Vector, by_origin
from daybook.ledger.rewards.spans import Moment
from daybook.ledger.yardsticks import Scope, Yardsticks
from daybook.schemas.coaching import Behind
from daybook.schemas.rewards import Who

USUAL_WEEKS: Final = 8
FEWEST_WEEKS: Final = 4
LONGEST: Final = 6
"""Weeks in a row that are looked at; who is behind in all of them is so for at least as long."""
_BEHIND_TENTHS: Final = 9


class Subject(NamedTuple):
    """Who may be behind, in which currency."""

    who: Who
    key: str
    currency: str


def behind(weeks: Sequence[Vector], targets: Sequence[int | None], first: date) -> Behind | None:
    """How somebody stands in their last week; None where they are not behind.

    Args:
        weeks: stored measures of complete weeks, newest first.
        targets: the own targets of the newest of them, in minor units.
        first: the Monday of the newest.
    """
    by_sale = [by_origin(week) for week in weeks]
    length = 0
    while length < LONGEST and _is_behind(by_sale, length, targets):
        length += 1
    if not length:
        return None
    usual = _usual(by_sale, 0)
    like = [week for week in by_sale[1 : 1 + USUAL_WEEKS] if any(week)]
    # Where nothing is usual yet there is only the target to be behind, and nothing to take apart.
    expected = sold(by_sale[0]) if usual is None else expected_sold(usual, like)
    apart = split(sold(by_sale[0]), expected)
    parts = {row.name: row.amount for row in apart.parts}
    return Behind(
        week=first,
        actual=_net(by_sale[0]),
        usual=usual,
        target=targets[0] if targets else None,
        weeks=length,
        orders=parts["orders"],
        basket=parts["units_per_order"] + parts["price_per_unit"],
        discounts=parts["discounts"],
        returns=parts["reversals"],
    )


def _is_behind(weeks: Sequence[Vector], number: int, targets: Sequence[int | None]) -> bool:
    if number >= len(weeks) or not any(weeks[number]):
        return False
    usual = _usual(weeks, number)
    target = targets[number] if number < len(targets) else None
    yardsticks = [amount for amount in (usual, target) if amount is not None and amount > 0]
    return any(10 * _net(weeks[number]) < _BEHIND_TENTHS * amount for amount in yardsticks)


def _usual(weeks: Sequence[Vector], number: int) -> int | None:
    """The median net of the eight weeks before one, of those in which something was sold."""
    before = [_net(week) for week in weeks[number + 1 : number + 1 + USUAL_WEEKS] if any(week)]
    return median(before) if len(before) >= FEWEST_WEEKS else None


def _net(vector: Vector) -> int:
    return vector[m.GROSS] + vector[m.DISCOUNTS] + vector[m.REVERSALS]


def all_behind(
    gathering: Gathering, yardsticks: Yardsticks, moment: Moment, since: date
) -> Iterator[tuple[Subject, Behind]]:
    """All members of staff and stores that are behind; ``since`` is the first day whose sales are at hand."""
    weeks = _complete(moment.open_from, since)
    if not weeks:
        return
    for who in (Who.PERSON, Who.STORE):
        for currency in gathering.currencies(who):
            sums = [gathering.sums(who, currency, week) for week in weeks]
            for key in sorted({key for week in sums[: USUAL_WEEKS + 1] for key in week}):
                vectors = [week.get(key, (0,) * m.WIDTH) for week in sums]
                subject = Subject(who, key, currency)
                targets = _targets(yardsticks, subject, weeks, moment.at)
                found = behind(vectors, targets, weeks[0].first)
                if found is not None:
                    yield subject, found


def _targets(
    yardsticks: Yardsticks, subject: Subject, weeks: Sequence[Period], at: datetime
) -> list[int | None]:
    who, key, currency = subject
    return [yardsticks.target(key, Scope(who.value, currency, week, at)) for week in weeks[:LONGEST]]


def _complete(open_from: date, since: date) -> list[Period]:
    """The weeks that are closed and wholly at hand, newest first."""
    week = period_before("week", iso_week(open_from).first)
    found: list[Period] = []
    while week.first >= since and len(found) < LONGEST + USUAL_WEEKS:
        found.append(week)
        week = period_before("week", week.first)
    return found

"""Areas of opportunity: where less is reached than like ones reach, each against its own usual.

A region is held against the other regions, a product against the other products: had it done as the middle
one of them did, what would have come? So a week that is bad for all is nobody's opportunity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.quantiles import median
from daybook.schemas.rounding import divide

FEWEST_WEEKS: Final = 4
"""With fewer weeks before than these nothing is usual."""
FEWEST_OTHERS: Final = 2
"""Like ones that it takes to be held against."""
ROWS: Final = 5
_PPM: Final = 1_000_000


class Member(NamedTuple):
    """What one reached, and of how much: net of the week and of a usual one, or sessions that went on."""

    key: str
    actual: int
    base: int


class Opportunity(NamedTuple):
    """How much more like ones would have reached; ``own`` and ``like`` are actual over base (millionths)."""

    key: str
    actual: int
    base: int
    own: int
    like: int
    gap: int


def below_like_ones(members: Iterable[Member], rows: int = ROWS) -> list[Opportunity]:
    """Those below the middle of the others, the largest gap first."""
    known = [member for member in members if member.base > 0]
    ratios = [Fraction(member.actual, member.base) for member in known]
    found = []
    for place, member in enumerate(known):
        others = sorted(ratios[:place] + ratios[place + 1 :])
        if len(others) < FEWEST_OTHERS:
            return []
        like = (others[(len(others) - 1) // 2] + others[len(others) // 2]) / 2
        gap = _rounded(like * member.base) - member.actual
        if gap > 0:
            found.append(
                Opportunity(
                    member.key,
                    member.actual,
                    member.base,
                    _rounded(ratios[place] * _PPM),
                    _rounded(like * _PPM),
                    gap,
                )
            )
    return sorted(found, key=lambda one: (-one.gap, one.key))[:rows]


def members_of(weeks: Mapping[date, Mapping[str, int]], week: date) -> list[Member]:
    """Of each key what the week brought, beside the median of the weeks before that had any of it."""
    before = [own for first, own in weeks.items() if first < week]
    keys = sorted({key for own in weeks.values() for key in own})
    found = []
    for key in keys:
        usual = [own[key] for own in before if key in own]
        if len(usual) >= FEWEST_WEEKS:
            found.append(Member(key, weeks.get(week, {}).get(key, 0), median(usual)))
    return found


def step_members(stores: Mapping[str, Mapping[str, int]], step: Sequence[str]) -> list[Member]:
    """Of each store how many sessions went from one step on to the next."""
    before, after = step
    return [Member(key, own.get(after, 0), own.get(before, 0)) for key, own in sorted(stores.items())]


def _rounded(value: Fraction) -> int:
    return divide(value.numerator, value.denominator)

"""What moved most in the hours of a shortfall, ranked by how unusual it is.

Being unusual is measured against the spread of the same hours of like days, so that things of different
units can stand in one list. Nothing here is ever called a cause: that is for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import isqrt
from typing import Final, NamedTuple

from daybook.ledger.quantiles import median
from daybook.schemas.cases import Cause, Evidence

THOUSAND: Final = 1000
FEWEST_DAYS: Final = 4
"""With fewer like days than these nothing can be called unusual."""
NOTABLE: Final = 3 * THOUSAND
"""From three times the usual spread on something is evidence."""
_SCALE: Final = Fraction(14826, 10000)
"""Median absolute deviation to standard deviation, for a normal spread."""


class Observation(NamedTuple):
    """A figure of the hours in question beside the same hours of like days.

    ``bad`` is 1 where more is worse and -1 where less is. ``grain`` is the least spread that is taken for
    real, in the figure's unit: the noise of a count is at least its square root, and one more is nothing.
    """

    kind: str
    label: str | None
    value: int
    usual: Sequence[int]
    unit: str
    bad: int
    points_to: Cause
    grain: int = 1
    counted: bool = True
    """Whether it is a count, whose noise grows with its square root."""


def spread(values: Sequence[int]) -> Fraction:
    """The spread of values around their median: the median absolute deviation, as a standard deviation."""
    middle = _middle(values)
    return _middle([abs(value - middle) for value in values]) * _SCALE


def _middle(values: Iterable[int | Fraction]) -> Fraction:
    """The exact median: nothing is rounded, so a figure in other units is exactly as unusual."""
    ordered = sorted(map(Fraction, values))
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def unusual(seen: Observation) -> int | None:
    """By how many thousandths of the usual spread a figure is off, the bad way; None without a past."""
    if len(seen.usual) < FEWEST_DAYS:
        return None
    middle = _middle(seen.usual)
    noise = Fraction(isqrt(max(int(middle), 0))) if seen.counted else Fraction(0)
    scale = max(spread(seen.usual), noise, Fraction(seen.grain))
    return int(seen.bad * (seen.value - middle) * THOUSAND / scale)


def ranked(observations: Iterable[Observation], *, least: int = NOTABLE, most: int = 10) -> list[Evidence]:
    """The evidence, most unusual first; equals in the order of their kind and label."""
    found = []
    for seen in observations:
        score = unusual(seen)
        if score is not None and score >= least:
            found.append(
                Evidence(
                    kind=seen.kind,
                    label=seen.label,
                    value=seen.value,
                    usual=median(seen.usual),
                    unit=seen.unit,
                    unusual=score,
                    points_to=seen.points_to,
                )
            )
    return sorted(found, key=lambda one: (-one.unusual, one.kind, one.label or ""))[:most]

"""What moved most in the hours of a shortfall, ranked by how unusual it is.

Being unusual is measured against the spread of the same hours of like days, so that things of different
units can stand in one list. Nothing here is ever called a cause: that is for a person to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
    strays: bool = False
    """Whether it strays as the number of customers does besides."""


def spread(values: Sequence[int]) -> Fraction:
    """The spread of values around their median: the median absolute deviation, as a standard deviation."""
    middle = middle_of(values)
    return middle_of([abs(value - middle) for value in values]) * _SCALE


def middle_of(values: Iterable[int | Fraction]) -> Fraction:
    """The exact median: nothing is rounded, so a figure in other units is exactly as unusual."""
    ordered = sorted(map(Fraction, values))
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def unusual(seen: Observation, customers: Fraction = Fraction(0)) -> int | None:
    """By how many thousandths of the usual spread a figure is off, the bad way; None without a past.

    ``customers`` is how far their number strays, as a part of it: on a day with more of them there is more of
    all that they do.
    """
    if len(seen.usual) < FEWEST_DAYS:
        return None
    middle = middle_of(seen.usual)
    noise = Fraction(isqrt(max(int(middle), 0))) if seen.counted else Fraction(0)
    if seen.strays:
        noise = Fraction(isqrt(int(noise**2 + (customers * middle) ** 2)))
    scale = max(spread(seen.usual), noise, Fraction(seen.grain))
    return int(seen.bad * (seen.value - middle) * THOUSAND / scale)


def _nobody_can_say(_seen: Observation) -> Fraction | None:
    return None


def ranked(
    observations: Iterable[Observation],
    accounts_for: Callable[[Observation], Fraction | None] = _nobody_can_say,
    *,
    customers: Fraction = Fraction(0),
    least: int = NOTABLE,
    most: int = 10,
) -> list[Evidence]:
    """The evidence, most unusual first; equals in the order of their kind and label.

    What could account for a part only of what is missing (``accounts_for``, up to 1) weighs so much less:
    fifty failed payments are unusual, and still do not explain five thousand missing orders.
    """
    found = []
    for seen in observations:
        score = unusual(seen, customers)
        if score is not None and score >= least:
            part = accounts_for(seen)
            found.append((score * (1 if part is None else part), _told(seen, score, part)))
    found.sort(key=lambda one: (-one[0], one[1].kind, one[1].label or ""))
    return [told for _, told in found[:most]]


def _told(seen: Observation, score: int, part: Fraction | None) -> Evidence:
    return Evidence(
        kind=seen.kind,
        label=seen.label,
        value=seen.value,
        usual=median(seen.usual),
        unit=seen.unit,
        unusual=score,
        accounts_for=None if part is None else int(part * THOUSAND),
        points_to=seen.points_to,
    )

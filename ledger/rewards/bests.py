"""Personal bests and badges: what somebody did better than ever before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

FEWEST_PERIODS: Final = 5
"""With fewer periods before it nothing is called a best."""


class Best(NamedTuple):
    """A new best, and the one before it."""

    first: date
    value: Fraction
    before: Fraction
    before_on: date


def personal_bests(values: Mapping[date, Fraction]) -> list[Best]:
    """Every time that a period was better than all before it, oldest first.

    Args:
        values: the value of each period, by its first day; periods without any stay out.
    """
    found = []
    best: tuple[Fraction, date] | None = None
    for number, (first, value) in enumerate(sorted(values.items())):
        if best is None or value > best[0]:
            if best is not None and number >= FEWEST_PERIODS:
                found.append(Best(first, value, *best))
            best = value, first
    return found

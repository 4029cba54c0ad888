"""Personal bests: what somebody did better than in all of their own past that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

FEWEST_PERIODS: Final = 5
"""With fewer periods before it nothing is called a best."""


def is_best(value: Fraction, past: Sequence[Fraction], *, least_first: bool = False) -> bool:
    """Whether a value is above all that were reached before it; below all of them where less is better."""
    if len(past) < FEWEST_PERIODS:
        return False
    return value < min(past) if least_first else value > max(past)

"""Middle values and others by rank, of integers, without floats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from daybook.schemas.rounding import divide

PPM: Final = 1_000_000


def median(values: Sequence[int]) -> int:
    """The median; between two middle values, their mean rounded half away from zero.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values, no median")
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else divide(ordered[middle - 1] + ordered[middle], 2)


def quantile(ordered: Sequence[int], part: int) -> int:
    """The value below which a part (ppm) of sorted values lies, by the nearest rank."""
    rank = -(-len(ordered) * part // PPM)
    return ordered[max(rank, 1) - 1]

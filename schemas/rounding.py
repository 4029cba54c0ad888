"""Rounding and sharing of minor units: once, half away from zero, and nothing lost between shares."""

from __future__ import annotations

from collections.abc import Sequence


def divide(numerator: int, denominator: int) -> int:
    """The integer nearest to a quotient, half away from zero.

    Raises:
        ZeroDivisionError: the denominator is zero.
    """
    quotient, remainder = divmod(abs(numerator), abs(denominator))
    if 2 * remainder >= abs(denominator):
        quotient += 1
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Split minor units by weights with largest remainders; the parts add up to the total exactly.

    Equal remainders go to the earlier part. Where all weights are zero the first part takes everything.

    Raises:
        ValueError: no weights, or a negative one.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be given and not be negative")
    if total == 0:
        return [0] * len(weights)
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    sign = -1 if total < 0 else 1
    parts = [divmod(abs(total) * weight, whole) for weight in weights]
    left = abs(total) - sum(quotient for quotient, _ in parts)
    order = sorted(range(len(parts)), key=lambda i: (-parts[i][1], i))
    out = [quotient for quotient, _ in parts]
    for index in order[:left]:
        out[index] += 1
    return [sign * value for value in out]

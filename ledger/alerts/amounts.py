"""Amounts as people write them."""

from __future__ import annotations

from daybook.schemas.currencies import exponent


def money(minor: int, currency: str | None) -> str:
    """Minor units as people write them, with the currency."""
    if currency is None:
        return f"{minor:,}"
    digits = exponent(currency)
    whole, fraction = divmod(abs(minor), 10**digits)
    amount = f"{whole:,}.{fraction:0{digits}}" if digits else f"{whole:,}"
    return f"{currency} {'-' if minor < 0 else ''}{amount}"

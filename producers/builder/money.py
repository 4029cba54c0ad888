"""From what a till writes to what an event holds. Exact: a float is refused wherever it turns up.

An ``int`` is in minor units (1199 is £11.99), a ``Decimal`` in major ones (``Decimal("11.99")`` is the same).
"""

from __future__ import annotations

from decimal import Decimal

from daybook.schemas.currencies import EXPONENTS

Money = int | Decimal
"""Minor units as an int, or major units as a Decimal."""
Number = int | Decimal
"""How many or how much."""

_FINEST = 6
"""Decimal places that an event's texts may have."""


def minor_units(amount: Money, currency: str) -> int:
    """An amount in minor units.

    Raises:
        TypeError: it is neither an int nor a Decimal.
        ValueError: it is finer than the minor unit, or the currency is unknown.
    """
    exact = _minor(amount, currency)
    if exact != exact.to_integral_value():
        raise ValueError(f"{amount} {currency} is finer than the minor unit: an amount is what was charged.")
    return int(exact)


def unit_price(price: Money, currency: str) -> int | str:
    """A price in minor units, which may be finer than one.

    Raises:
        TypeError: it is neither an int nor a Decimal.
        ValueError: it has more than six decimal places of a minor unit, or the currency is unknown.
    """
    return _number(_minor(price, currency))


def quantity(amount: Number) -> int | str:
    """A quantity as an event holds it.

    Raises:
        TypeError: it is neither an int nor a Decimal.
        ValueError: it has more than six decimal places.
    """
    return _number(_exact(amount))


def _minor(amount: Money, currency: str) -> Decimal:
    if currency not in EXPONENTS:
        raise ValueError(f"{currency!r} is no ISO 4217 currency in use.")
    exact = _exact(amount)
    return exact if isinstance(amount, int) else exact.scaleb(EXPONENTS[currency])


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(
            f"{value!r} is a {type(value).__name__}: give an int, or a Decimal made from a text. "
            "A float cannot hold most prices exactly."
        )
    exact = Decimal(value)
    if not exact.is_finite():
        raise ValueError(f"{value!r} is no number to sell by.")
    return exact


def _number(exact: Decimal) -> int | str:
    if exact == exact.to_integral_value():
        return int(exact)
    text = format(exact, "f").rstrip("0")
    if len(text.partition(".")[2]) > _FINEST:
        raise ValueError(f"{text} has more than {_FINEST} decimal places.")
    return text

"""Foreign amounts as minor units: exact, or refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from daybook.schemas.currencies import EXPONENTS
from daybook.schemas.fields import MAX_MINOR_UNITS

_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{0,12})?")


class NotMoneyError(ValueError):
    """A value that is no exact amount of its currency; the message repeats nothing of it."""


def major(value: object) -> Decimal:
    """A foreign decimal as it stands: a string such as "19.99", an integer, or a JSON fraction read exactly.

    Raises:
        NotMoneyError: it is none of these, is a binary fraction that is not exact, or is out of range.
    """
    if isinstance(value, bool):
        raise NotMoneyError("not an amount")
    if isinstance(value, float):
        # A float may stand for a decimal that it cannot hold. Only whole numbers are above suspicion.
        if not value.is_integer():
            raise NotMoneyError("a binary fraction is not an exact amount")
        value = int(value)
    text = format(value, "f") if isinstance(value, Decimal) and value.is_finite() else value
    if isinstance(text, int) and abs(text) < 10**15:
        return Decimal(text)
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise NotMoneyError("not an amount")
    return Decimal(text)


def minor(value: object, currency: str) -> int:
    """Minor units of an amount in major units: ``minor("19.99", "USD")`` is 1999. Exact.

    Raises:
        NotMoneyError: it is no amount, or finer than the currency's minor unit.
    """
    scaled = major(value).scaleb(_exponent(currency))
    if scaled != scaled.to_integral_value():
        raise NotMoneyError("finer than the currency's minor unit")
    return _limited(int(scaled))


def whole(value: object) -> int:
    """An amount that is given in minor units.

    Raises:
        NotMoneyError: it is no integer, or out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotMoneyError("not an integer of minor units")
    return _limited(value)


def unit_price(value: object, currency: str) -> int | str:
    """Minor units per unit as an event writes them: an integer, or a decimal string where it is finer.

    Raises:
        NotMoneyError: it is no amount, or has more than six digits beyond the minor unit.
    """
    return decimal_text(major(value).scaleb(_exponent(currency)))


def decimal_text(value: Decimal) -> int | str:
    """An exact decimal as an event writes quantities and unit prices.

    Raises:
        NotMoneyError: it has more than six digits after the point, or is out of range.
    """
    if value == value.to_integral_value():
        return _limited(int(value))
    text = format(value.normalize(), "f")
    if len(text.partition(".")[2]) > 6 or abs(value) > MAX_MINOR_UNITS:
        raise NotMoneyError("finer than an event can say")
    return text


def _limited(value: int) -> int:
    if abs(value) > MAX_MINOR_UNITS:
        raise NotMoneyError("out of range")
    return value


def _exponent(currency: str) -> int:
    if currency not in EXPONENTS:
        raise NotMoneyError("not an ISO 4217 currency in use")
    return EXPONENTS[currency]

"""Rates to the reporting currency in columns: exact fractions of whole numbers, each judged once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np
from pydantic import TypeAdapter, ValidationError

from daybook.ledger.columns.codes import REFUSED, Ints
from daybook.ledger.columns.wire import LARGEST
from daybook.schemas.currencies import exponent
from daybook.schemas.fields import Currency, DecimalText

_LARGEST_NUMERATOR: Final = 2**28
_LARGEST_RATE: Final = 1_000
"""With amounts up to ``wire.LARGEST`` a product, and the sum over a batch, stay within 63 bits."""
_KEPT: Final = 65_536
_CURRENCY: Final = TypeAdapter(Currency)
_RATE: Final = TypeAdapter(DecimalText)


class Rate(NamedTuple):
    """Minor units of a reporting currency for one minor unit of another."""

    currency: str
    numerator: int
    denominator: int


class RateCodes(dict[tuple[str, str, str], int]):
    """Codes of (currency, reporting currency, rate as it is written). ``rates`` leads back from a code."""

    def __init__(self) -> None:
        super().__init__()
        self.rates: list[Rate] = [Rate("", 0, 1)]

    def __missing__(self, key: tuple[str, str, str]) -> int:
        rate = _judged(*key)
        code = self[key] = REFUSED if rate is None else len(self.rates)
        if rate is not None:
            self.rates.append(rate)
        return code

    def of(self, column: Sequence[tuple[str, str, str]]) -> Ints:
        """The codes of a column."""
        return np.fromiter(map(self.__getitem__, column), np.int64, len(column))

    def shed(self) -> None:
        """Begin anew if too many rates have come together. Codes given before lose their meaning."""
        if len(self) > _KEPT:
            self.clear()
            self.rates = self.rates[:1]  # a new list: columns read before keep theirs


class Rates(NamedTuple):
    """The rate of each sale: ``codes`` lead into ``rates``, where 0 stands for none."""

    codes: Ints
    rates: Sequence[Rate]

    def fractions(self) -> tuple[Ints, Ints]:
        """Numerators and denominators, one for each sale."""
        numerators = np.array([rate.numerator for rate in self.rates], np.int64)
        denominators = np.array([rate.denominator for rate in self.rates], np.int64)
        return numerators[self.codes], denominators[self.codes]


def converted(amounts: Ints, numerators: Ints, denominators: Ints) -> Ints:
    """Amounts at their rates, each rounded half away from zero."""
    products = 2 * np.abs(amounts) * numerators + denominators
    rounded: Ints = np.sign(amounts) * (products // (2 * denominators))
    return rounded


def _judged(currency: str, reporting: str, written: str) -> Rate | None:
    """The rate; None if the schemas refuse it, or its numbers are too large for columns."""
    try:
        _CURRENCY.validate_python(currency, strict=True)
        _CURRENCY.validate_python(reporting, strict=True)
        _RATE.validate_python(written, strict=True)
    except ValidationError:
        return None
    exact = Decimal(written).scaleb(exponent(reporting) - exponent(currency))
    numerator, denominator = exact.as_integer_ratio()
    fits = numerator <= _LARGEST_NUMERATOR and numerator <= denominator * _LARGEST_RATE
    return Rate(reporting, numerator, denominator) if fits else None


assert 4 * LARGEST * _LARGEST_NUMERATOR < 2**62

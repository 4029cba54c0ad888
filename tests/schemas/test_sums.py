"""The sums over a line and an order, and the currencies they are in."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from daybook.schemas import currencies
from daybook.schemas.currencies import EXPONENTS, exponent
from daybook.schemas.lines import (
    LineKind,
    RefundLine,
    SaleLine,
    check_refund_lines,
    check_sale_lines,
    line_amount,
)

DECIMALS = st.integers(0, 10**12).map(lambda n: f"{n // 10**4}.{n % 10**4:04d}")


@pytest.mark.parametrize(
    "unit_price,quantity,amount",
    [
        (1199, 2, 2398),
        ("345.9", "12.345", 4270),
        ("0.1", 5, 1),  # half a minor unit rounds up
        ("-0.1", 5, -1),  # and away from zero below it
        (2490, "1.372", 3416),
        (10**12, 10**9, 10**21),
    ],
)
def test_an_amount_is_rounded_once_half_away_from_zero(
    unit_price: int | str, quantity: int | str, amount: int
) -> None:
    """Unit price times quantity, exactly, and then rounded to a minor unit."""
    assert line_amount(unit_price, quantity) == amount


@given(DECIMALS, DECIMALS)
def test_an_amount_equals_the_exact_fraction(unit_price: str, quantity: str) -> None:
    """Rounding agrees with exact fractions, however long the decimals are."""
    exact = Fraction(unit_price) * Fraction(quantity)
    assert line_amount(unit_price, quantity) == floor(exact + Fraction(1, 2))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 50), st.booleans()), min_size=1, max_size=8))
def test_charged_must_be_the_sum_to_the_minor_unit(parts: list[tuple[int, int, bool]]) -> None:
    """The right sum over lines with tax inside and on top passes; one minor unit more does not."""
    lines = [
        SaleLine(unit_price=price + tax, amount=price + tax, tax=tax, tax_included=inside)
        for price, tax, inside in parts
    ]
    charged = sum(price + tax + (0 if inside else tax) for price, tax, inside in parts)
    check_sale_lines(lines, charged)
    with pytest.raises(PydanticCustomError, match="add up to"):
        check_sale_lines(lines, charged + 1)


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=8))
def test_only_an_adjustment_may_be_given_back_below_zero(amounts: list[int]) -> None:
    """A refund of adjustments may be negative; the same amounts as goods are refused if any is."""
    check_refund_lines([RefundLine(kind=LineKind.ADJUSTMENT, amount=a) for a in amounts], sum(amounts))
    goods = [RefundLine(amount=a) for a in amounts]
    if min(amounts) < 0:
        with pytest.raises(PydanticCustomError, match="only an adjustment"):
            check_refund_lines(goods, sum(amounts))
    else:
        check_refund_lines(goods, sum(amounts))


@pytest.mark.parametrize(
    "code,digits", [("GBP", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0), ("HUF", 2), ("CLP", 0)]
)
def test_exponents_are_those_of_iso_4217(code: str, digits: int) -> None:
    """Minor units follow ISO 4217, not a country's habits."""
    assert exponent(code) == digits


def test_a_currency_is_listed_once() -> None:
    """No code stands in two of the lists, where the later would win."""
    lists = [currencies._TWO_DIGITS, currencies._NO_DIGITS, currencies._THREE_DIGITS]
    assert len(EXPONENTS) == sum(len(codes.split()) for codes in lists)
    assert {len(code) for code in EXPONENTS} == {3}
    with pytest.raises(KeyError):
        exponent("DEM")

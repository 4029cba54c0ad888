"""Custom measures: what can be said, what is refused and where, and that values are exact."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger import measures as m
from daybook.ledger.expressions import DERIVED, ExpressionError, parse, parse_all, stored_names

VECTORS = st.lists(st.integers(-(10**12), 10**12), min_size=m.WIDTH, max_size=m.WIDTH)


def vector(**measures: int) -> list[int]:
    """A vector with some measures set."""
    return [measures.get(name, 0) for name in m.STORED]


@pytest.mark.parametrize(
    "text, value, unit",
    [
        ("net", 900, "minor units"),
        ("-reversals / gross", Fraction(1, 10), "millionths"),
        ("gross * 0.1", 100, "minor units"),
        ("  (gross + discounts) / orders", 250, "minor units"),
        ("units - returned_units", 7, "count"),
        ("orders + 2 * units", 18 + 4 - 2, "count"),
        ("net - 50.5", Fraction(1699, 2), "minor units"),
        ("upt", Fraction(7, 4), "millionths"),
        ("gross - -gross", 2000, "minor units"),
        ("gross / (net / orders)", Fraction(4000, 900), "millionths"),
    ],
)
def test_values_and_units(text: str, value: int | Fraction, unit: str) -> None:
    """An expression's value is exact, and its unit follows from what it is made of."""
    expression = parse(text)
    totals = vector(gross=1000, reversals=-100, orders=4, units=8, returned_units=1)
    assert (expression.value(totals), expression.unit) == (value, unit)


@pytest.mark.parametrize(
    "text, column, words",
    [
        ("gros / orders", 1, "gros is no measure"),
        ("gross / order", 9, "order is no measure"),
        ("gross +", 8, "cannot be read"),
        ("  gross + orders", 3, "money and counts"),
        ("gross * net", 1, "neither money nor a count"),
        ("orders / gross", 1, "neither money nor a count"),
        ("gross ** 2", 1, "only names"),
        ("gross if orders else 0", 1, "only names"),
        ("abs(gross)", 1, "only names"),
        ("gross + orders.real", 9, "only names"),
        ("1e9 * orders", 1, "a number is written"),
        ("0x10 * orders", 1, "a number is written"),
        ("'net'", 1, "a number is written"),
        ("True", 1, "a number is written"),
        ("", 1, "cannot be read"),
        ("gro\N{LATIN SMALL LETTER SHARP S}", 4, "ASCII"),
        ("net\n", 4, "ASCII"),
        ("(" * 250 + "net" + ")" * 247, 1, "cannot be read"),
        ("-" * 60 + "net", 42, "nested too deeply"),
        ("net" + " " * 500, 501, "longer than"),
    ],
)
def test_what_is_refused_says_where(text: str, column: int, words: str) -> None:
    """What is no expression is refused with the column at which it goes wrong, and why."""
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert words in str(refused.value)
    assert refused.value.column == column or text.startswith("(((")


@given(VECTORS)
def test_derived_names_are_what_the_figures_say(totals: list[int]) -> None:
    """Net, total and charged are those of the published figures, for any vector."""
    figures = m.figures(totals)
    for name in ("net", "total", "charged"):
        assert parse(name).value(totals) == getattr(figures, name)


@given(VECTORS)
def test_no_vector_breaks_an_expression(totals: list[int]) -> None:
    """Whatever the measures are there is an exact value, or none where it would divide by zero."""
    value = parse("gross / (orders - units) + 2 * net / units").value(totals)
    if totals[m.ORDERS] == totals[m.UNITS] or totals[m.UNITS] == 0:
        assert value is None
    else:
        per = Fraction(totals[m.GROSS], totals[m.ORDERS] - totals[m.UNITS])
        assert value == per + Fraction(2 * m.figures(totals).net, totals[m.UNITS])


@given(st.text(max_size=60))
def test_whatever_text_is_an_expression_or_refused(text: str) -> None:
    """No text does anything but become an expression or an ExpressionError with a column in it."""
    try:
        parse(text)
    except ExpressionError as error:
        column = error.column
    else:
        column = 1
    assert 1 <= column <= len(text) + 1


def test_custom_measures_build_on_each_other() -> None:
    """A custom measure may use those above it; a name that is taken or unknown is refused by its name."""
    made = parse_all({"kept": "gross + reversals", "kept_per_order": "kept / orders"})
    assert made["kept_per_order"].value(vector(gross=100, reversals=-10, orders=3)) == 30
    assert sorted(stored_names(made["kept_per_order"].node)) == ["gross", "orders", "reversals"]
    with pytest.raises(ExpressionError, match="later_on: kept is no measure"):
        parse_all({"later_on": "kept * 2", "kept": "gross"})
    for taken in ("gross", *DERIVED):
        with pytest.raises(ExpressionError, match=f"{taken}: is the name"):
            parse_all({taken: "orders"})

"""A shortfall taken apart adds up to it, to the minor unit."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger import measures as m
from daybook.ledger.alerts.split import Member, Sold, breakdown, expected_sold, sold, split
from daybook.schemas.alerts import Dimension

MONEY = st.integers(-(10**12), 10**12)
COUNTS = st.integers(-5, 10**6)
VECTORS = st.builds(
    lambda gross, discounts, reversals, orders, units: vector(
        gross=gross, discounts=discounts, reversals=reversals, orders=orders, units=units
    ),
    MONEY, MONEY, MONEY, COUNTS, COUNTS,
)  # fmt: skip
MEMBERS = st.lists(
    st.builds(Member, st.text("abc", min_size=1, max_size=4), MONEY, MONEY, st.none()),
    max_size=12,
    unique_by=lambda x: x.key,
)


def vector(**measures: int) -> list[int]:
    """Stored measures."""
    return [measures.get(name, 0) for name in m.STORED]


@given(VECTORS, MONEY, st.lists(VECTORS, max_size=8))
def test_the_parts_add_up(actual: list[int], expected: int, like_days: list[list[int]]) -> None:
    """Orders, units per order, price, discounts and reversals are the shortfall, whatever was sold."""
    parts = expected_sold(expected, like_days)
    assert parts.net == expected
    made = split(sold(actual), parts)
    assert made.shortfall == sold(actual).net - expected == sum(row.amount for row in made.parts)


@given(MONEY, MONEY, MEMBERS)
def test_who_explains_it_adds_up(actual: int, expected: int, members: list[Member]) -> None:
    """The three and the rest are the shortfall, also where members and scope do not have the same sum."""
    made = breakdown(Dimension.STORE, actual, expected, members)
    assert sum(row.amount for row in made.rows) + made.rest == actual - expected
    assert len(made.rows) <= 3


def test_what_changed_is_named() -> None:
    """A third fewer orders, as large and as dear as ever: all of it is orders."""
    expected = Sold(9_000, -900, -300, Fraction(90), Fraction(180))
    fewer = split(Sold(6_000, -900, -300, Fraction(60), Fraction(120)), expected)
    assert {row.name: row.amount for row in fewer.parts if row.amount} == {"orders": -3_000}
    smaller = split(Sold(6_000, -900, -300, Fraction(90), Fraction(120)), expected)
    assert {row.name: row.amount for row in smaller.parts if row.amount} == {"units_per_order": -3_000}
    cheaper = split(Sold(6_000, -950, -300, Fraction(90), Fraction(180)), expected)
    assert {row.name: row.amount for row in cheaper.parts if row.amount} == {
        "price_per_unit": -3_000,
        "discounts": -50,
    }


def test_the_worst_three_are_told() -> None:
    """Those that fall short most stand first; one that sells more than usual explains no shortfall."""
    members = [Member(key, actual, 100) for key, actual in zip("abcde", (100, 10, 60, 40, 150), strict=True)]
    made = breakdown(Dimension.STORE, 360, 500, members)
    assert [(row.name, row.amount) for row in made.rows] == [("b", -90), ("d", -60), ("c", -40)]
    assert made.rest == 50

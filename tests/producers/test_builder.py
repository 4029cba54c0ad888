"""From lines to valid events: exact sums, shared discounts, refunds that add up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.producers.builder import (
    Item,
    Returned,
    adjustment,
    fee,
    gift_card,
    item,
    refund,
    sale,
    service,
    shipping,
    tip,
    void,
)
from daybook.producers.client import outgoing
from daybook.schemas.codec import EventRefused, Reason
from daybook.schemas.events import SaleCompleted, StaffShare

TIME = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sold(*items: Item, **more: Any) -> SaleCompleted:
    """A sale in pounds at one till, tax inside unless told otherwise."""
    fields: dict[str, Any] = {"currency": "GBP", "tax_included": True, "time": TIME, **more}
    return sale(items, source="till-7", store_id="high-street", order_id="order-1", **fields)


def test_the_worked_example_of_the_definitions() -> None:
    """Two mugs at 11.99, a tea at 6.49, tax inside, 5.00 off: shares, taxes and sum are those of the page."""
    event = sold(
        item("MUG", Decimal("11.99"), quantity=2, tax_rate=20),
        item("TEA", Decimal("6.49"), tax_rate=5),
        discount=Decimal("5.00"),
        charged=Decimal("25.47"),
    )
    assert [(line.amount, line.discount, line.tax) for line in event.lines] == [
        (2398, 394, 334),
        (649, 106, 26),
    ]
    back = refund(event, [Returned(0, quantity=1)])
    assert (back.refunded, back.lines and back.lines[0].tax) == (1002, 167)


def test_tax_on_top_and_every_kind_of_line() -> None:
    """All kinds in one sale; only goods and services share the discount."""
    event = sold(
        item("MUG", 1000, tax_rate=Decimal("8.875"), name="Mug", category="Kitchen", discount=100),
        service("ENGRAVING", 500, tax=44),
        shipping(399, tax_rate=10),
        fee(5),
        tip(200),
        gift_card(2500),
        adjustment(-2),
        tax_included=False,
        discount=140,
    )
    assert [line.discount for line in event.lines] == [190, 50, 0, 0, 0, 0, 0]
    assert [line.tax for line in event.lines] == [72, 44, 40, 0, 0, 0, 0]
    assert event.charged == 810 + 72 + 450 + 44 + 399 + 40 + 5 + 200 + 2500 - 2


@pytest.mark.parametrize(
    "currency, price, quantity, unit_price, amount",
    [
        ("GBP", Decimal("3.459"), Decimal("20.5"), "345.9", 7091),
        ("GBP", Decimal("0.015"), 1, "1.5", 2),
        ("GBP", Decimal("0.005"), 1, "0.5", 1),
        ("GBP", 1199, 3, 1199, 3597),
        ("GBP", Decimal("11.990"), Decimal("3.0"), 1199, 3597),
        ("JPY", Decimal(980), 2, 980, 1960),
        ("KWD", Decimal("1.250"), Decimal("1.372"), 1250, 1715),
        ("GBP", Decimal("2.50"), Decimal("1.372"), 250, 343),
    ],
)
def test_price_times_quantity_is_rounded_once_half_away_from_zero(
    currency: str, price: Decimal | int, quantity: Decimal | int, unit_price: int | str, amount: int
) -> None:
    """Prices finer than the minor unit and weights are exact until the one rounding."""
    (line,) = sold(item("X", price, quantity=quantity), currency=currency).lines
    assert (line.unit_price, line.amount) == (unit_price, amount)


@pytest.mark.parametrize(
    "made, more, what",
    [
        (lambda: item("X", 11.99), {}, "float"),  # type: ignore[arg-type]  # that is the mistake
        (lambda: item("X", price=True), {}, "bool"),
        (lambda: item("X", 100, quantity=1.5), {}, "float"),  # type: ignore[arg-type]  # that is the mistake
        (lambda: item("X", 100, tax=Decimal("0.001")), {}, "finer than the minor unit"),
        (lambda: item("X", Decimal("0.000000001")), {}, "decimal places"),
        (lambda: item("X", Decimal("NaN")), {}, "no number"),
        (lambda: item("X", 100, tax=20, tax_rate=20), {}, "not both"),
        (lambda: item("X", 100), {"discount": 101}, "between nothing and"),
        (lambda: tip(100), {"discount": 1}, "between nothing and"),
        (lambda: item("X", 100), {"currency": "ZZZ"}, "no ISO 4217"),
    ],
)
def test_what_cannot_be_exact_is_said(made: Any, more: dict[str, Any], what: str) -> None:
    """Floats, fractions of a penny and discounts beyond the price end in a sentence."""
    with pytest.raises((TypeError, ValueError), match=what):
        sold(made(), **more)


@pytest.mark.parametrize(
    "more, reason, field",
    [
        ({"charged": Decimal("11.98")}, Reason.ORDER_SUM, ""),
        ({"time": datetime(2026, 11, 24, 12)}, Reason.IMPOSSIBLE_TIME, "time"),  # noqa: DTZ001 - that is it
        ({"store_id": "no spaces please"}, Reason.BAD_FORMAT, "store_id"),
        ({"colour": "blue"}, Reason.UNKNOWN_FIELD, "colour"),
        ({"campaign": "ann@example.com"}, Reason.EMAIL, "campaign"),
    ],
)
def test_an_event_that_would_be_refused_is_refused_here(
    more: dict[str, Any], reason: Reason, field: str
) -> None:
    """The till's own sum that differs, and whatever else is not valid, by field and before it is sent."""
    fields = {"source": "till-7", "store_id": "high-street", "order_id": "o-1", **more}
    with pytest.raises(EventRefused) as refused:
        sale([item("MUG", 1199)], currency="GBP", tax_included=True, **fields)
    assert (refused.value.problem.reason, refused.value.problem.field) == (reason, field)


def test_ids_and_time_come_by_themselves() -> None:
    """Two sales have two ids; given ones are kept, with all other fields."""
    made = [sale([item("X", 1)], source="t", store_id="s", order_id="o", currency="GBP", tax_included=True)
            for _ in range(2)]  # fmt: skip
    assert made[0].event_id != made[1].event_id
    given = sold(item("X", 1), event_id="mine", staff=[StaffShare(staff_id="ann")], test=True, till_id="7",
                 business_date=date(2026, 11, 24))  # fmt: skip
    assert (given.event_id, given.time, given.staff[0].staff_id, given.test) == ("mine", TIME, "ann", True)
    outgoing(given)


def test_a_refund_and_a_void_carry_all_that_they_reverse() -> None:
    """Store, channel, staff, region, lines and the time of the sale are those of the sale."""
    event = sold(
        item("MUG", 1199, quantity=2, name="Mug", category="Kitchen", tax_rate=20), tip(100),
        staff=[StaffShare(staff_id="ann", share=3), StaffShare(staff_id="bob")], region="north", test=True,
        business_date=date(2026, 11, 23),
    )  # fmt: skip
    back, gone = refund(event, source="till-8", time=TIME), void(event)
    for taken in (back, gone):
        assert (taken.staff, taken.region, taken.channel) == (event.staff, "north", event.channel)
        assert (taken.order_id, taken.test, taken.origin_time) == ("order-1", True, event.time)
        assert taken.event_id != event.event_id
        outgoing(taken)
    assert (back.source, back.refunded, back.origin_business_date) == (
        "till-8",
        event.charged,
        date(2026, 11, 23),
    )
    assert back.lines is not None
    assert [(line.product_id, line.quantity) for line in back.lines] == [("MUG", 2), (None, 1)]
    assert (gone.lines, gone.charged, gone.business_date) == (event.lines, event.charged, event.business_date)


@pytest.mark.parametrize(
    "part",
    [Returned(1), Returned(-1), Returned(0, 3), Returned(0, 1, before=2), Returned(0, 0), Returned(0, -1)],
)
def test_no_more_comes_back_than_was_sold(part: Returned) -> None:
    """A line that is not there, more than its quantity, and nothing at all are refused."""
    with pytest.raises(ValueError, match="line"):
        refund(sold(item("MUG", 1199, quantity=2)), [part])


money = st.integers(0, 5_000)
quantities = st.integers(1, 9) | st.decimals("0.001", "9", places=3)


@st.composite
def sales(draw: st.DrawFn) -> SaleCompleted:
    """Any sale of goods, with tax inside or on top, discounts on lines and on the order."""
    items = []
    for number in range(draw(st.integers(1, 5))):
        rate = draw(st.sampled_from([None, Decimal(0), Decimal(5), Decimal(20), Decimal("8.875")]))
        items.append(item(f"P{number}", draw(money), quantity=draw(quantities), tax_rate=rate))
    plain = sold(*items)
    total = sum(line.amount for line in plain.lines)
    discount = draw(st.integers(0, total))
    return sold(*items, discount=discount, tax_included=draw(st.booleans()))


@given(sales())
def test_every_built_sale_is_valid_and_shares_its_discount_whole(event: SaleCompleted) -> None:
    """Whatever the prices, quantities, rates and discounts: the event passes every check on its way."""
    outgoing(event)
    assert all(line.discount <= line.amount for line in event.lines)


@given(sales(), st.data())
def test_parts_that_come_back_one_by_one_add_up_to_the_sale(
    event: SaleCompleted, data: st.DataObject
) -> None:
    """However a sale is returned in pieces, money and tax given back are the sale's, to the minor unit."""
    refunded = tax = 0
    for number, line in enumerate(event.lines):
        left, before = Decimal(line.quantity), Decimal(0)
        while left > 0:
            part = min(left, data.draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal(4), left])))
            back = refund(event, [Returned(number, part, before=before)])
            outgoing(back)
            assert back.lines is not None
            refunded, tax = refunded + back.refunded, tax + back.lines[0].tax
            left, before = left - part, before + part
    assert (refunded, tax) == (event.charged, sum(line.tax for line in event.lines))
    assert refund(event).refunded == event.charged

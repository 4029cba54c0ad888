"""The definitions, each as an example."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from daybook.ledger import measures as m
from daybook.ledger.lines import ledger_lines
from daybook.schemas.rounding import divide, share
from tests.ledger.events import (
    CALENDAR,
    NOON_MS,
    body,
    event,
    ledger,
    line,
    of,
    refund,
    sale,
    snapshot,
    store_figures,
)

TODAY, TOMORROW = "2026-11-24", "2026-11-25"
LATER = NOON_MS + 46 * 3_600_000
"""When the log recorded what happened within the next two days."""


def test_tax_inside_and_an_order_discount() -> None:
    """Two at 11.99 with 20 %, one at 6.49 with 5 %, less 5.00: 26.16 gross, 21.87 net, 25.47 charged."""
    parts = [
        line(2398, quantity=2, unit_price=1199, discount=394, tax=334, tax_included=True),
        line(649, discount=106, tax=26, tax_included=True),
    ]
    got = of(sale("1", *parts))
    assert (got.gross, got.discounts, got.net, got.tax, got.charged) == (2616, -429, 2187, 360, 2547)


def test_a_returned_line_takes_its_tax_with_it() -> None:
    """Returning one of them: reversal -8.35, tax -1.67, charged -10.02, one returned unit."""
    got = of(refund("1", {"product_id": "mug", "amount": 1002, "tax": 167}))
    assert (got.reversals, got.tax, got.charged, got.returned_units) == (-835, -167, -1002, 1)


def test_tax_on_top() -> None:
    """The amount is gross, and the tax comes on top of what is charged."""
    got = of(sale("1", line(1000, discount=100, tax=90)))
    assert (got.gross, got.discounts, got.net, got.tax, got.total, got.charged) == (
        1000,
        -100,
        900,
        90,
        990,
        990,
    )


@pytest.mark.parametrize(
    ("kind", "measure"),
    [
        ("shipping", "shipping"),
        ("tip", "tips"),
        ("fee", "fees"),
        ("gift_card", "gift_cards"),
        ("adjustment", "adjustments"),
    ],
)
def test_what_is_no_sale_has_a_measure_of_its_own(kind: str, measure: str) -> None:
    """It adds to its own measure and to what is charged, and is taken back there; never to net sales."""
    part = {"kind": kind, "unit_price": 250, "amount": 250}
    sold = of(sale("1", line(1000), part))._asdict()
    assert (sold[measure], sold["net"], sold["charged"]) == (250, 1000, 1250)
    given_back = of(refund("2", {"kind": kind, "amount": 250}))._asdict()
    assert (given_back[measure], given_back["net"], given_back["charged"]) == (-250, 0, -250)


def test_only_shipping_and_fees_belong_to_the_total() -> None:
    """Total is net, tax, shipping and fees; tips and gift cards are charged besides."""
    parts = [{"kind": k, "unit_price": 1, "amount": 1} for k in ("shipping", "fee", "tip", "gift_card")]
    got = of(sale("1", line(100, tax=20), *parts))
    assert (got.total, got.charged) == (122, 124)


@pytest.mark.parametrize(
    ("quantity", "weighed", "units"),
    [(3, False, 3), ("1.372", False, 1), ("2.000", False, 2), ("2.000", True, 1), (0, False, 0)],
)
def test_a_weighed_line_is_one_unit(quantity: int | str, *, weighed: bool, units: int) -> None:
    """Pieces count as they are; what is weighed, or a fraction, is one."""
    amount = 300 if quantity == 3 else {"1.372": 137, 0: 0}.get(quantity, 200)
    assert of(sale("1", line(amount, unit_price=100, quantity=quantity, weighed=weighed))).units == units


def test_orders_without_value_are_counted_apart() -> None:
    """A given-away mug, or shipping alone, is no order."""
    assert of(sale("1", line(0)))[13:15] == (0, 1)
    assert of(sale("2", {"kind": "shipping", "unit_price": 5, "amount": 5}))[13:15] == (0, 1)
    assert of(sale("3", line(0), line(5)))[13:15] == (1, 0)


def test_a_void_takes_back_the_order_on_the_sales_own_day() -> None:
    """Two days later nothing of the sale is left but gross and its reversal, on its own day."""
    sold = sale("1", line(1000, discount=100, tax=90), {"kind": "tip", "unit_price": 50, "amount": 50})
    void = {**sold, "type": "sale.voided", "event_id": "1-void", "time": "2026-11-26T10:00:00Z",
            "origin_time": sold["time"]}  # fmt: skip
    got = store_figures(ledger([sold, void], at=LATER), TODAY)
    assert (got.gross, got.discounts, got.reversals, got.net) == (1000, -100, -900, 0)
    assert (got.tax, got.tips, got.charged, got.orders, got.units, got.returned_units) == (0, 0, 0, 0, 0, 0)
    made = ledger([sold, void], at=LATER)
    orders = [
        store_figures(made, TODAY, key, dimension).orders
        for key, dimension in (("mug", "product"), ("Kitchen", "category"))
    ]
    assert orders == [0, 0]


def test_a_refund_counts_on_its_activity_day_and_on_its_origin_day() -> None:
    """The origin view moves the reversal, its tax and its units; over both days the views are equal."""
    back = refund(
        "2",
        {"product_id": "mug", "amount": 120, "tax": 20},
        time="2026-11-25T09:00:00Z",
        origin_time="2026-11-24T12:00:00Z",
    )
    made = ledger([sale("1", line(1000, tax=200)), back])
    stored = dict(made.totals.items())
    first, second = (stored["sales", day, "GBP", "store", "leeds"] for day in (TODAY, TOMORROW))
    assert (store_figures(made, TODAY).reversals, store_figures(made, TODAY).reversals_by_origin) == (0, -100)
    assert (store_figures(made, TOMORROW).reversals, store_figures(made, TOMORROW).reversals_by_origin) == (
        -100,
        0,
    )
    tax, units = (len(m.BASE) + m.SHIFTED.index(i) for i in (m.TAX, m.RETURNED_UNITS))
    assert (first[m.TAX] + first[tax], second[m.TAX] + second[tax]) == (180, 0)
    assert (first[units], second[units]) == (1, -1)


def test_a_refund_of_an_amount_lowers_no_product() -> None:
    """Without lines and without tax it is all reversal."""
    made = ledger([sale("1", line(1000)), body("sale.refunded", "2", refunded=300)])
    assert store_figures(made, TODAY).reversals == -300
    assert store_figures(made, TODAY, "mug", "product").reversals == 0


def test_a_shared_sale_adds_up_for_its_sellers() -> None:
    """Three sellers of a pound: 34, 33 and 33 pence; the order is counted once."""
    staff = [{"staff_id": s} for s in ("ann", "bob", "cem")]
    made = ledger([sale("1", line(100), staff=staff)])
    parts = [store_figures(made, TODAY, s["staff_id"], "staff") for s in staff]
    assert [p.net for p in parts] == [34, 33, 33]
    assert sum(p.orders for p in parts) == 1
    assert store_figures(made, TODAY).net == 100
    assert store_figures(made, TODAY, "mug", "product").orders == 1


def test_an_order_counts_once_for_each_of_its_products() -> None:
    """Two lines of a mug and one of a pan: one order of each, one order of the store."""
    made = ledger([sale("1", line(5), line(5), line(7, product_id="pan"))])
    orders = [store_figures(made, TODAY, key, "product").orders for key in ("mug", "pan")]
    assert (orders, store_figures(made, TODAY, "Kitchen", "category").orders) == ([1, 1], 1)
    assert store_figures(made, TODAY).orders == 1


def test_a_reporting_rate_converts_each_measure_once() -> None:
    """Yen to pounds: 1,001 yen at 0.0052 are 5.21 pounds, in a book of their own."""
    rate = {"currency": "GBP", "rate": "0.0052", "source": "bank", "time": "2026-11-24T08:00:00Z"}
    made = ledger([sale("1", line(1001), currency="JPY", reporting=rate)])
    stored = dict(made.totals.items())
    assert stored["sales", TODAY, "JPY", "store", "leeds"][m.GROSS] == 1001
    assert stored["reporting", TODAY, "GBP", "store", "leeds"][m.GROSS] == 521
    assert stored["reporting", TODAY, "GBP", "store", "leeds"][m.ORDERS] == 1


def test_test_sales_have_a_book_of_their_own() -> None:
    """A training sale is in no figure of the book of sales."""
    names = {name[0] for name, _ in ledger([sale("1", line(100), test=True)]).totals.items()}
    assert names == {"test"}


@pytest.mark.parametrize(
    ("store", "instant", "day"),
    [
        ("bar", "2026-11-25T03:59:59Z", "2026-11-24"),
        ("bar", "2026-11-25T04:00:00Z", "2026-11-25"),
        ("leeds", "2026-03-29T00:30:00Z", "2026-03-29"),
        ("leeds", "2026-03-29T22:59:59Z", "2026-03-29"),
        ("leeds", "2026-03-29T23:00:00Z", "2026-03-30"),
        ("leeds", "2026-10-24T23:00:00Z", "2026-10-25"),
        ("leeds", "2026-10-25T23:59:59Z", "2026-10-25"),
        ("mover", "2026-06-30T22:59:00Z", "2026-06-30"),
        ("mover", "2026-07-01T08:00:00Z", "2026-07-01"),
        ("mover", "2026-07-02T07:59:00Z", "2026-07-01"),
    ],
)
def test_the_business_day(store: str, instant: str, day: str) -> None:
    """Cutoffs, days of 23 and 25 hours, and a zone that changes from a date on."""
    moment = CALENDAR.moment(store, datetime.fromisoformat(instant).astimezone(UTC))
    assert moment.business_date == date.fromisoformat(day)


def test_a_tills_own_business_date_is_believed() -> None:
    """A sale after midnight that the till books on yesterday stays there."""
    made = ledger([sale("1", line(100), business_date="2026-11-23")])
    assert store_figures(made, "2026-11-23").net == 100


def test_a_newer_snapshot_replaces_all_of_an_older_one() -> None:
    """Another store, another amount, an addition and a cancelled part: only the newest version counts."""
    edited = snapshot(
        "o", 3, line(500),
        additions=[{"time": "2026-11-25T09:00:00Z", "lines": [line(70)], "charged": 70}],
        reversals=[{"kind": "edit", "lines": [{"product_id": "mug", "amount": 200}], "refunded": 200}],
        time="2026-11-26T09:00:00Z",
    )  # fmt: skip
    made = ledger([snapshot("o", 1, line(900), store_id="bar"), edited, snapshot("o", 2, line(1))], at=LATER)
    assert not any(dict(made.totals.items())["sales", TODAY, "GBP", "store", "bar"])
    assert (store_figures(made, TODAY).gross, store_figures(made, TODAY).orders) == (500, 1)
    assert (store_figures(made, TOMORROW).gross, store_figures(made, TOMORROW).orders) == (70, 0)
    undated = store_figures(made, "2026-11-26")
    assert (undated.reversals, undated.reversals_by_origin) == (-200, 0)
    assert (made.position.counted, made.position.superseded) == (2, 1)


def test_the_same_version_again_is_superseded() -> None:
    """Another event with a version that is applied already changes nothing: the first to come holds."""
    again = {**snapshot("o", 1, line(5)), "event_id": "o-again"}
    made = ledger([snapshot("o", 1, line(900)), again])
    assert (store_figures(made, TODAY).gross, made.position.superseded) == (900, 1)


def test_lines_of_one_moment_keep_their_own_origin_days() -> None:
    """A line added and one taken back in the same quarter hour: only the reversal moves to the first day."""
    when = "2026-11-25T09:00:00Z"
    edited = snapshot(
        "o", 1, line(500), time=when,
        additions=[{"time": when, "lines": [line(70, tax=7)], "charged": 77}],
        reversals=[{"kind": "refund", "time": when, "refunded": 120, "tax": 20}],
    )  # fmt: skip
    made = ledger([edited], at=LATER)
    stored = dict(made.totals.items())
    first, second = (stored["sales", day, "GBP", "store", "leeds"] for day in (TODAY, TOMORROW))
    tax = len(m.BASE) + m.SHIFTED.index(m.TAX)
    assert (first[m.TAX], first[tax], second[m.TAX], second[tax]) == (0, -20, -13, 20)
    assert store_figures(made, TODAY).reversals_by_origin == -100


def test_a_voided_snapshot_is_no_order() -> None:
    """What was placed and never became a sale leaves no order, unit or net."""
    got = store_figures(
        ledger([snapshot("o", 1, line(900)), snapshot("o", 2, line(900), voided=True)]), TODAY
    )
    assert (got.net, got.orders, got.units, got.charged) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"), [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (0, 7, 0)]
)
def test_division_rounds_half_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    """Halves go away from zero on both sides."""
    assert divide(numerator, denominator) == expected


def test_shares_without_weights_are_refused() -> None:
    """Nobody to share among is an error, and so is a negative weight."""
    weights: Any
    for weights in ([], [1, -1]):
        with pytest.raises(ValueError, match="weights"):
            share(10, weights)


def test_a_sale_of_a_store_that_nobody_knows_is_a_dead_letter() -> None:
    """It can be replayed, and its bytes are kept."""
    made = ledger([sale("1", line(100), store_id="nowhere")])
    assert (made.position.dead, made.position.counted) == (1, 0)
    assert not nonempty(made)


def nonempty(made: Any) -> list[Any]:
    """All totals there are."""
    return list(made.totals.items())


def test_lines_carry_what_boards_show() -> None:
    """Region from the store where the event names none; the product's name; the UTC quarter hour."""
    posted = ledger_lines(event(sale("1", line(100, name="Blue mug"))), CALENDAR)[0]
    assert (posted.region, posted.product_name) == ("North", "Blue mug")
    assert datetime.fromtimestamp(posted.quarter, UTC) == datetime(2026, 11, 24, 12, tzinfo=UTC)

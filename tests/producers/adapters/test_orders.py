"""Our own orders of both systems: figures by hand, every order of arrival, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.producers.adapters.contract import Untranslatable
from daybook.producers.adapters.shopify import ShopifyAdapter
from daybook.producers.adapters.woocommerce import WooCommerceAdapter
from daybook.schemas.codec import Reason
from daybook.schemas.events import Channel, OrderSnapshot
from tests.producers.adapters.shops import all_days, counted, day_totals, example, shop

LIFE = ["order-placed", "order-line-refunded", "order-amount-refunded"]
WOO_LIFE = ["order-placed", "order-completed", "order-refunded"]


def shopify(order: dict[str, Any], **place: Any) -> OrderSnapshot:
    """The snapshot of a Shopify order."""
    (event,) = ShopifyAdapter().translate(order, "orders/updated", shop("shopify", **place), {}).events
    assert isinstance(event, OrderSnapshot)
    return event


def woo(order: dict[str, Any]) -> OrderSnapshot:
    """The snapshot of a WooCommerce order, its refunds fetched."""
    fetched = {"refunds": example("woocommerce/refunds.json")}
    place = shop("woocommerce")
    (event,) = WooCommerceAdapter().translate(order, "order.updated", place, fetched).events
    assert isinstance(event, OrderSnapshot)
    return event


def test_tax_inside_discounts_gift_card_shipping_and_tip() -> None:
    """The definitions' worked example comes out of a Shopify order, beside what never is a sale."""
    event = shopify(example("shopify/order-placed.json"))
    got = all_days(counted([event]))
    assert (got.gross, got.discounts, got.net) == (2616, -429, 2187)
    assert (got.tax, got.shipping, got.gift_cards, got.tips) == (460, 500, 1800, 200)
    assert (got.charged, got.orders, got.units) == (5147, 1, 3)
    assert event.order_id == "9007199254740993123"
    assert event.currency == "GBP"


def test_products_keep_their_identity_and_lose_their_markup() -> None:
    """A SKU with a space stays its own; where there is none the variant stands; entities become signs."""
    lines = shopify(example("shopify/order-placed.json")).lines
    assert [line.product_id for line in lines[:2]] == ["MUG~20BLUE", "502"]
    assert lines[1].name == "Tea & biscuits"


def test_refunds_count_on_their_own_day_and_lower_what_they_refund() -> None:
    """A returned piece, refunded shipping and an amount beyond both: each on its day, in its measure."""
    ledger = counted([shopify(example("shopify/order-amount-refunded.json"))])
    got = all_days(ledger)
    assert got.charged == 3245
    assert (got.reversals, got.shipping, got.returned_units) == (-835 - 300, 0, 1)
    days = {name[1] for name in day_totals(ledger) if name[3] == "store"}
    assert days == {"2026-03-14", "2026-03-16", "2026-03-17"}


def test_a_till_sale_has_its_store_seller_channel_and_shared_discount() -> None:
    """The location's store, the user and the pos channel are kept; the unallocated discount is shared."""
    place = {"locations": {"655441491": "till-shop"}}
    event = shopify(example("shopify/order-till.json"), **place)
    assert (event.store_id, event.channel, event.staff[0].staff_id) == ("till-shop", Channel.POS, "799407056")
    assert [line.discount for line in event.lines] == [50, 50]
    assert event.charged == 2060


def test_a_cancelled_order_that_nobody_paid_is_a_void() -> None:
    """It takes its order back, and charges nothing."""
    event = shopify(example("shopify/order-cancelled-unpaid.json"))
    got = all_days(counted([event]))
    assert (event.voided, got.charged, got.orders, got.net) == (True, 0, 0, 0)


def test_woocommerce_lines_coupons_fees_and_refunds() -> None:
    """Coupons are discounts, fees and shipping their own measures; a refund takes its line and tax back."""
    placed = all_days(counted([woo(example("woocommerce/order-placed.json"))]))
    assert (placed.gross, placed.discounts, placed.tax) == (2500, -300, 620)
    assert (placed.shipping, placed.fees, placed.charged, placed.units) == (580, 300, 3700, 3)
    refunded = all_days(counted([woo(example("woocommerce/order-refunded.json"))]))
    assert (refunded.charged, refunded.returned_units) == (3700 - 1080, 1)
    assert refunded.reversals == -733 - 200


def test_woocommerce_states_that_are_no_sale() -> None:
    """Pending waits, an unpaid cancelled order counts nothing, a plugin's status is not guessed."""
    order = example("woocommerce/order-placed.json")
    pending = WooCommerceAdapter().translate(
        order | {"status": "pending"}, "order.created", shop("woocommerce"), {}
    )
    assert (pending.events, pending.ignored) == ((), "not_a_sale_yet")
    assert day_totals(counted([woo(example("woocommerce/order-cancelled-unpaid.json"))])) == {}
    with pytest.raises(Untranslatable, match="status"):
        woo(order | {"status": "partially-shipped"})


@settings(max_examples=60)
@given(st.lists(st.sampled_from(LIFE), min_size=1, max_size=8))
def test_shopify_updates_in_every_order_give_the_same_ledger(names: list[str]) -> None:
    """Whatever comes twice or late, the newest state that came is what stands."""
    events = [shopify(example(f"shopify/{name}.json")) for name in names]
    newest = max(events, key=lambda event: event.version)
    assert day_totals(counted(events)) == day_totals(counted([newest]))


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WOO_LIFE), min_size=1, max_size=8))
def test_woocommerce_updates_in_every_order_give_the_same_ledger(names: list[str]) -> None:
    """The same for WooCommerce."""
    events = [woo(example(f"woocommerce/{name}.json")) for name in names]
    newest = max(events, key=lambda event: event.version)
    assert day_totals(counted(events)) == day_totals(counted([newest]))


def test_two_states_of_one_second_always_end_the_same() -> None:
    """Shopify tells whole seconds: of two states in one, the same wins whichever comes first."""
    first = example("shopify/order-placed.json")
    second = example("shopify/order-line-refunded.json") | {"updated_at": first["updated_at"]}
    one, other = shopify(first), shopify(second)
    assert one.event_id != other.event_id
    assert other.version > one.version
    assert day_totals(counted([one, other])) == day_totals(counted([other, one]))


@pytest.mark.parametrize(
    ("change", "field", "sums"),
    [
        ({"total_price": "51.48"}, "total_price", ("5148", "5147")),
        ({"total_tax": "4.61"}, "total_tax", ("461", "460")),
        ({"total_discounts": "4.99"}, "total_discounts", ("499", "500")),
    ],
)
def test_sums_that_differ_are_told_with_both(
    change: dict[str, Any], field: str, sums: tuple[str, str]
) -> None:
    """An order whose lines do not make its total is not counted; both sums stand in its dead letter."""
    with pytest.raises(Untranslatable) as told:
        shopify(example("shopify/order-placed.json") | change)
    (problem,) = told.value.problems
    assert (problem.field, problem.reason, told.value.order_id) == (
        field, Reason.ORDER_SUM, "9007199254740993123",
    )  # fmt: skip
    assert all(total in problem.detail for total in sums)


def test_a_total_after_refunds_must_fit_as_well() -> None:
    """current_total_price is held against the sale less its refunds."""
    with pytest.raises(Untranslatable, match="current_total_price"):
        shopify(example("shopify/order-line-refunded.json") | {"current_total_price": "51.47"})


def test_another_currency_than_the_shops_is_refused() -> None:
    """A shop that is said to sell in pounds sends nothing in euros; presentment amounts are not looked at."""
    with pytest.raises(Untranslatable, match="currency"):
        shopify(example("shopify/order-placed.json"), currency="EUR")


def test_a_reporting_rate_is_the_newest_when_the_order_was_placed() -> None:
    """Refunds and later rates change nothing of it."""
    rates = [
        {"currency": "EUR", "rate": rate, "source": "ECB", "time": f"{day}T00:00:00Z"}
        for rate, day in (("1.15", "2026-03-01"), ("1.16", "2026-03-14"), ("1.17", "2026-03-15"))
    ]
    event = shopify(example("shopify/order-amount-refunded.json"), currency="GBP", rates=rates)
    assert event.reporting is not None
    assert event.reporting.rate == "1.16"

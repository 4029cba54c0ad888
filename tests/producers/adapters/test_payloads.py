"""What Shopify and WooCommerce really send, held against the payloads' own totals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from daybook.producers.adapters.contract import Fetch, Notice, Untranslatable
from daybook.producers.adapters.documents import read_json
from daybook.producers.adapters.money import minor
from daybook.producers.adapters.shopify import ShopifyAdapter
from daybook.producers.adapters.woocommerce import WooCommerceAdapter
from daybook.schemas.events import OrderSnapshot
from tests.producers.adapters.shops import PAYLOADS, all_days, counted, shop

pytestmark = pytest.mark.skipif(not PAYLOADS.exists(), reason="no payloads lie beside this checkout")


def payload(path: str) -> dict[str, Any]:
    """A payload as a route reads it."""
    return dict(read_json((PAYLOADS / Path(path)).read_bytes()))


@pytest.mark.parametrize("topic", ["create", "paid", "updated", "cancelled"])
def test_a_shopify_order_is_charged_what_it_says(topic: str) -> None:
    """The snapshot charges total_price; never paid, it counts as a void, in the test book."""
    sent = payload(f"shopify/orders.{topic}.json")
    (event,) = ShopifyAdapter().translate(sent["body"], sent["topic"], shop("shopify"), {}).events
    assert isinstance(event, OrderSnapshot)
    assert event.charged == minor(sent["body"]["total_price"], "USD") == 38800
    assert (event.voided, event.test, event.order_id) == (True, True, str(sent["body"]["id"]))
    assert all_days(counted([event]), "test").charged == 0


def test_created_paid_and_updated_notices_are_one_order() -> None:
    """The same state under four topics is one event: its repeats are duplicates."""
    events = [
        ShopifyAdapter().translate(sent["body"], sent["topic"], shop("shopify"), {}).events[0]
        for topic in ("create", "paid", "updated", "cancelled")
        for sent in [payload(f"shopify/orders.{topic}.json")]
    ]
    position = counted(events).position
    assert (position.counted, position.duplicates, position.dead) == (1, 3, 0)


@pytest.mark.parametrize("name", ["orders.edited", "refunds.create"])
def test_what_names_its_order_only_is_fetched(name: str) -> None:
    """The order is wanted by its number, and its snapshot is what counts; without it nothing is guessed."""
    sent = payload(f"shopify/{name}.json")
    order = payload("shopify/orders.create.json")["body"]
    notice, place, adapter = Notice(sent["topic"], sent["body"]), shop("shopify"), ShopifyAdapter()
    assert adapter.wants(notice, place, {}) == (Fetch("order", f"/orders/{order['id']}.json"),)
    assert adapter.wants(notice, place, {"order": {"order": order}}) == ()
    (event,) = adapter.translate(notice.payload, notice.topic, place, {"order": {"order": order}}).events
    assert isinstance(event, OrderSnapshot)
    assert event.charged == 38800
    with pytest.raises(Untranslatable, match="set api_url"):
        adapter.translate(notice.payload, notice.topic, place, {})


@pytest.mark.parametrize("topic", ["created", "updated"])
def test_a_woocommerce_order_is_charged_what_it_says(topic: str) -> None:
    """Goods, tax on top and shipping add up to the order's total, in the ledger as well."""
    sent = payload(f"woocommerce/order.{topic}.json")
    (event,) = WooCommerceAdapter().translate(sent, f"order.{topic}", shop("woocommerce"), {}).events
    figures = all_days(counted([event]))
    assert figures.charged == minor(sent["total"], "USD") == 2935
    assert (figures.tax, figures.shipping) == (minor(sent["total_tax"], "USD"), 1000)


def test_a_woocommerce_refund_is_fetched_and_takes_its_amount_back() -> None:
    """An order that names a refund wants it; its amount and its day are the fetched ones."""
    refund = payload("woocommerce/order.refund.json")
    order = payload("woocommerce/order.updated.json") | {"refunds": [{"id": refund["id"], "total": "-10.00"}]}
    adapter, place = WooCommerceAdapter(), shop("woocommerce")
    (fetch,) = adapter.wants(Notice("order.updated", order), place, {})
    assert fetch.path == f"/orders/{order['id']}/refunds"
    (event,) = adapter.translate(order, "order.updated", place, {fetch.name: [refund]}).events
    assert all_days(counted([event])).charged == 2935 - 1000

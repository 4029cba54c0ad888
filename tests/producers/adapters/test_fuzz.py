"""Payloads bent at random: an adapter translates them or says why not, and nothing else ever happens."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.producers.adapters.contract import Adapter, Notice, Untranslatable
from daybook.producers.adapters.shopify import ShopifyAdapter
from daybook.producers.adapters.woocommerce import WooCommerceAdapter
from daybook.schemas.codec import decode_event, encode_event
from tests.producers.adapters.shops import example, shop

NUMBERS = st.integers(-(10**39), 10**39) | st.decimals(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "-1.00",
        "1e9",
        "9" * 30,
        "0.0000001",
        "2026-02-30",
        "0001-01-01T00:00:00+23:59",
        "\ud800",
        "..",
        "JPY",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
CASES: list[tuple[Adapter, str, str]] = [
    (ShopifyAdapter(), "orders/updated", "shopify/order-amount-refunded.json"),
    (ShopifyAdapter(), "orders/create", "shopify/order-till.json"),
    (ShopifyAdapter(), "refunds/create", "shopify/order-line-refunded.json"),
    (WooCommerceAdapter(), "order.updated", "woocommerce/order-refunded.json"),
    (WooCommerceAdapter(), "order.deleted", "woocommerce/order-cancelled-unpaid.json"),
]


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a document."""
    found: list[tuple[Any, Any]] = []
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        found += [(node, key), *places(child)]
    return found


def given_all(topic: str, payload: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the notice holds and what is fetched, so that both can be bent."""
    if topic == "refunds/create":
        return {"order_id": payload["id"]}, {"order": {"order": payload}}
    if topic == "order.deleted":
        return {"id": payload["id"]}, {"order": payload}
    return payload, {"refunds": example("woocommerce/refunds.json")}


@pytest.mark.parametrize(("adapter", "topic", "path"), CASES)
@given(data=st.data())
def test_a_bent_payload_is_translated_or_told_about(
    adapter: Adapter, topic: str, path: str, data: st.DataObject
) -> None:
    """Up to three values replaced or dropped: events that the schema accepts, or problems by field."""
    both = copy.deepcopy(given_all(topic, example(path)))
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(list(both))[2:]
        if not found:
            break
        container, key = data.draw(st.sampled_from(found))
        if data.draw(st.booleans()):
            container[key] = data.draw(VALUES)
        else:
            del container[key]
    payload, fetched = both
    place = shop(path.partition("/")[0])
    try:
        adapter.wants(Notice(topic, payload), place, fetched)
        translation = adapter.translate(payload, topic, place, fetched)
    except Untranslatable:
        return
    for event in translation.events:
        assert decode_event(encode_event(event)) == event


def test_money_from_json_stays_exact() -> None:
    """A fraction in a body is read as the decimal that it is written as."""
    assert example("shopify/order-line-refunded.json")["refunds"][0]["refund_line_items"][0][
        "subtotal"
    ] == Decimal("10.02")

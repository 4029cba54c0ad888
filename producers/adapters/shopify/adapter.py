"""Shopify's webhooks, after its REST reference (API 2024-10)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from daybook.producers.adapters import signatures
from daybook.producers.adapters.contract import (
    Adapter,
    Delivery,
    Fetch,
    Notice,
    Shop,
    Translation,
    Untranslatable,
)
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.shopify.checkouts import (
    CARTS,
    CHECKOUTS,
    purchase_of,
    translate_cart,
    translate_checkout,
)
from daybook.producers.adapters.shopify.orders import order_snapshot

SIGNATURE_HEADER: Final = "x-shopify-hmac-sha256"
DOMAIN_HEADER: Final = "x-shopify-shop-domain"
TOPIC_HEADER: Final = "x-shopify-topic"

_WHOLE: Final = frozenset(
    {
        "orders/create", "orders/paid", "orders/updated", "orders/cancelled", "orders/fulfilled",
        "orders/partially_fulfilled",
    }
)  # fmt: skip
"""Topics whose payload is the order itself."""
_PARTIAL: Final = {"orders/edited": ("order_edit", "order_id"), "refunds/create": ("", "order_id")}
"""Topics that name their order only, and where: it has to be fetched."""
_ORDER: Final = "order"


class ShopifyAdapter(Adapter):
    """Every notice about an order becomes one ``order.snapshot`` of it; carts and checkouts are signals."""

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """Base64 HMAC-SHA256 of the raw body. It has no time of its own: a replay is an older version."""
        del now
        refused = signatures.check_body(delivery.headers.get(SIGNATURE_HEADER, ""), delivery.body, secrets)
        if refused is None and shop.account is not None:
            # All shops with the same app sign with the same secret: the domain tells them apart.
            domain = delivery.headers.get(DOMAIN_HEADER, "").lower()
            if not hmac.compare_digest(domain.encode(), shop.account.lower().encode()):
                return signatures.FOREIGN
        return refused

    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """The header's."""
        del payload
        return delivery.headers.get(TOPIC_HEADER, "")

    def api_headers(self, token: str) -> Mapping[str, str]:
        """The access token of a custom app."""
        return {"X-Shopify-Access-Token": token}

    def wants(self, notice: Notice, shop: Shop, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
        """The order, where the payload only names it."""
        del shop
        if notice.topic not in _PARTIAL or _ORDER in fetched:
            return ()
        return (Fetch(_ORDER, f"/orders/{_order_number(notice.payload, notice.topic)}.json"),)

    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """The order's snapshot and the funnel's steps; nothing for a topic that is about neither."""
        if topic in _WHOLE:
            order = Node(payload)
            return Translation((order_snapshot(order, shop),), signals=purchase_of(order, shop))
        if topic in CARTS:
            return translate_cart(Node(payload), shop)
        if topic in CHECKOUTS:
            return translate_checkout(Node(payload), shop)
        if topic in _PARTIAL:
            return Translation((self._fetched(payload, topic, shop, fetched),))
        return Translation(ignored="not_a_sale")

    def _fetched(self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]) -> Any:
        number = _order_number(payload, topic)
        if _ORDER not in fetched:
            detail = "names its order only: set api_url, or subscribe to orders/updated in its place"
            raise Untranslatable.because("", detail, order_id=number)
        answer = fetched[_ORDER]
        if not isinstance(answer, Mapping):
            raise Untranslatable.because("order_id", "the shop has no such order", order_id=number)
        order = Node(answer).needed(_ORDER)
        if order.identity("id") != number:
            raise Untranslatable.because("order_id", "another order was fetched", order_id=number)
        return order_snapshot(Node(order.value), shop)


def _order_number(payload: Mapping[str, Any], topic: str) -> str:
    within, name = _PARTIAL[topic]
    node = Node(payload).needed(within) if within else Node(payload)
    number = node.identity(name)
    if not (number.isascii() and number.isdigit()):
        raise node.fail(name, "not an order's number")
    return number

"""WooCommerce's webhooks, after its REST reference (wc/v3)."""

from __future__ import annotations

import base64
import hmac
import re
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
from daybook.producers.adapters.woocommerce.orders import order_snapshot

SIGNATURE_HEADER: Final = "x-wc-webhook-signature"
SOURCE_HEADER: Final = "x-wc-webhook-source"
TOPIC_HEADER: Final = "x-wc-webhook-topic"

_ORDERS: Final = frozenset({"order.created", "order.updated", "order.restored"})
_DELETED: Final = "order.deleted"
_PING: Final = re.compile(rb"webhook_id=[0-9]{1,20}")
_ORDER, _REFUNDS = "order", "refunds"
_MOST_REFUNDS: Final = 100


class WooCommerceAdapter(Adapter):
    """Every notice about an order becomes one ``order.snapshot`` of it, or nothing while it is unpaid."""

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """Base64 HMAC-SHA256 of the raw body. It has no time of its own: a replay is an older version."""
        del now
        refused = signatures.check_body(delivery.headers.get(SIGNATURE_HEADER, ""), delivery.body, secrets)
        if refused is None and shop.account is not None:
            site = delivery.headers.get(SOURCE_HEADER, "").rstrip("/")
            if not hmac.compare_digest(site.encode(), shop.account.rstrip("/").encode()):
                return signatures.FOREIGN
        return refused

    def ping(self, delivery: Delivery) -> bool:
        """A new webhook is tried with its number alone, unsigned."""
        return SIGNATURE_HEADER not in delivery.headers and _PING.fullmatch(delivery.body) is not None

    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """The header's."""
        del payload
        return delivery.headers.get(TOPIC_HEADER, "")

    def api_headers(self, token: str) -> Mapping[str, str]:
        """Consumer key and secret, written ``ck_...:cs_...``, as a basic login."""
        return {"Authorization": "Basic " + base64.b64encode(token.encode()).decode()}

    def wants(self, notice: Notice, shop: Shop, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
        """A deleted order, which is only named, and refunds, whose dates an order does not tell."""
        del shop
        if notice.topic not in _ORDERS and notice.topic != _DELETED:
            return ()
        number = _order_number(notice.payload)
        path = f"/orders/{number}"
        if notice.topic == _DELETED and _ORDER not in fetched:
            return (Fetch(_ORDER, path),)
        order = fetched.get(_ORDER) if notice.topic == _DELETED else notice.payload
        if not isinstance(order, Mapping) or not Node(order).nodes("refunds") or _REFUNDS in fetched:
            return ()
        return (Fetch(_REFUNDS, f"{path}/refunds", (("per_page", str(_MOST_REFUNDS)),)),)

    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """The order's snapshot; nothing for what is no order, or is not a sale yet."""
        if topic not in _ORDERS and topic != _DELETED:
            return Translation(ignored="not_a_sale")
        number = _order_number(payload)
        if topic == _DELETED:
            payload = _deleted(number, fetched)
        refunds = Node({_REFUNDS: fetched.get(_REFUNDS)}).nodes(_REFUNDS) if _REFUNDS in fetched else None
        event = order_snapshot(Node(payload), shop, refunds)
        return Translation(ignored="not_a_sale_yet") if event is None else Translation((event,))


def _order_number(payload: Mapping[str, Any]) -> str:
    node = Node(payload)
    number = node.identity("id")
    if not (number.isascii() and number.isdigit()):
        raise node.fail("id", "not an order's number")
    return number


def _deleted(number: str, fetched: Mapping[str, Any]) -> Mapping[str, Any]:
    """The order in the bin: only it says when it was put there."""
    order = fetched.get(_ORDER)
    if not isinstance(order, Mapping):
        detail = "the order was deleted and cannot be fetched: send its void, if it was a sale"
        raise Untranslatable.because("id", detail, order_id=number)
    if _order_number(order) != number:
        raise Untranslatable.because("id", "another order was fetched", order_id=number)
    return order

"""Square's notifications: signature over URL and body, and ids to be looked up.

Orders are the sales. Refunds are counted by their own notifications and never from an order, except in an
exchange, where one order sells and takes back and only the difference is paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

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
from daybook.producers.adapters.square.orders import translate_order
from daybook.producers.adapters.square.payments import translate_payment
from daybook.producers.adapters.square.refunds import translate_refund
from daybook.schemas.codec import Reason


class SquareAdapter(Adapter):
    """Square."""

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """Base64 HMAC-SHA256 over the notification URL and the body. Square signs no time."""
        del now
        url = (shop.public_url or delivery.url).encode()
        given = delivery.headers.get("x-square-hmacsha256-signature", "")
        return signatures.check(
            [given], secrets, lambda secret: signatures.sign_base64(secret, url, delivery.body)
        )

    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """The ``type`` of the notification, such as order.updated."""
        del delivery
        found = payload.get("type")
        return found if isinstance(found, str) else ""

    def wants(self, notice: Notice, shop: Shop, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
        """The order; for a completed refund its payment, that payment's order, and the return order."""
        del shop
        subject = notice.topic.partition(".")[0]
        if subject == "order":
            order_id = Node(notice.payload).needed("data").text("id")
            return () if "order" in fetched else (_order("order", order_id),)
        if subject != "refund" or _refund(notice.payload).text("status") != "COMPLETED":
            return ()
        wanted = _first_of_refund(_refund(notice.payload))
        payment = _fetched(fetched, "payment", "payment")
        if payment is not None and payment.has("order_id"):
            wanted.append(_order("order", payment.text("order_id")))
        return tuple(fetch for fetch in wanted if fetch.name not in fetched)

    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """The order's snapshot, the refund, or the sale of a payment without an order."""
        notification = Node(payload)
        if shop.account is not None and notification.value.get("merchant_id") not in (None, shop.account):
            raise notification.fail("merchant_id", "not the shop's account")
        subject = topic.partition(".")[0]
        if subject == "order":
            return translate_order(_needed(fetched, "order", "order", "data.id"), shop)
        if subject == "payment":
            return translate_payment(notification.needed("data").needed("object").needed("payment"), shop)
        if subject != "refund":
            return Translation(ignored="not_a_sale")
        return self._refund(_refund(payload), shop, fetched)

    def _refund(self, refund: Node, shop: Shop, fetched: Mapping[str, Any]) -> Translation:
        payment = order = None
        if refund.text("status") == "COMPLETED" and refund.has("payment_id"):
            payment = _needed(fetched, "payment", "payment", "payment_id")
            if payment.has("order_id"):
                order = _needed(fetched, "order", "order", "payment_id")
        return translate_refund(refund, shop, payment, order, _fetched(fetched, "return", "order"))


def _refund(payload: Mapping[str, Any]) -> Node:
    return Node(payload).needed("data").needed("object").needed("refund")


def _first_of_refund(refund: Node) -> list[Fetch]:
    wanted = []
    if refund.has("payment_id"):
        wanted.append(Fetch("payment", f"/v2/payments/{quote(refund.text('payment_id'), safe='')}"))
    if refund.has("order_id"):
        wanted.append(_order("return", refund.text("order_id")))
    return wanted


def _order(name: str, order_id: str) -> Fetch:
    return Fetch(name, f"/v2/orders/{quote(order_id, safe='')}")


def _fetched(fetched: Mapping[str, Any], name: str, part: str) -> Node | None:
    answer = fetched.get(name)
    return Node(answer, name).needed(part) if isinstance(answer, Mapping) else None


def _needed(fetched: Mapping[str, Any], name: str, part: str, field: str) -> Node:
    found = _fetched(fetched, name, part)
    if found is None:
        raise Untranslatable.because(field, f"its {part} could not be fetched", Reason.UNTRANSLATED)
    return found

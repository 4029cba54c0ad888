"""An order as Square tells of it: notices that carry ids, and what its interface answers for them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from daybook.producers.simulator.webhooks.orders import Item, Refund, WebOrder

if TYPE_CHECKING:
    from daybook.producers.simulator.webhooks.notices import Notice

LOCATION: Final = "LSIMULATED"
_TAX: Final = "vat"


def notices(order: WebOrder) -> list[tuple[str, dict[str, Any]]]:
    """The order, created and updated, and its refund, also twice."""
    order_id = _id("order", order)
    found = [
        (kind, _notice(kind, order_id, {kind.replace(".", "_"): {"order_id": order_id, "version": 2}}))
        for kind in ("order.created", "order.updated")
    ]
    if order.refund is not None:
        refund = _refund(order, order.refund)
        found += [
            (kind, _notice(kind, refund["id"], {"refund": refund}))
            for kind in ("refund.created", "refund.updated")
        ]
    return found


def headers(secret: bytes, notice: Notice, url: str, at: datetime) -> Mapping[str, str]:
    """Base64 HMAC-SHA256 over the notification URL and the body."""
    del at
    made = hmac.digest(secret, url.encode() + notice.body, hashlib.sha256)
    return {"X-Square-Hmacsha256-Signature": base64.b64encode(made).decode()}


def answers(order: WebOrder) -> Mapping[str, dict[str, Any]]:
    """The order, its payment, and the return order of its refund, by path."""
    found = {
        f"/v2/orders/{_id('order', order)}": {"order": _order(order)},
        f"/v2/payments/{_id('pay', order)}": {"payment": _payment(order)},
    }
    if order.refund is not None:
        found[f"/v2/orders/{_id('return', order)}"] = {"order": _return(order, order.refund)}
    return found


def _notice(kind: str, about: str, found: dict[str, Any]) -> dict[str, Any]:
    return {"merchant_id": "MSIMULATED", "type": kind, "data": {"type": kind, "id": about, "object": found}}


def _id(what: str, order: WebOrder) -> str:
    return f"{what}{order.number}"


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _money(amount: int, order: WebOrder) -> dict[str, Any]:
    return {"amount": amount, "currency": order.currency}


def _order(order: WebOrder) -> dict[str, Any]:
    return {
        "id": _id("order", order),
        "location_id": LOCATION,
        "state": "COMPLETED",
        "version": 2,
        "created_at": _at(order.placed_at),
        "updated_at": _at(order.placed_at),
        "closed_at": _at(order.placed_at),
        "line_items": [_line(place, item, order) for place, item in enumerate(order.items) if item.sku],
        "service_charges": [
            {
                "uid": f"s{place}",
                "name": item.name,
                "amount_money": _money(item.paid, order),
                "applied_money": _money(item.paid, order),
                "total_tax_money": _money(item.tax, order),
                "applied_taxes": [{"tax_uid": _TAX, "applied_money": _money(item.tax, order)}],
                "treatment_type": "LINE_ITEM_TREATMENT",
            }
            for place, item in enumerate(order.items)
            if item.sku is None
        ],
        "taxes": [{"uid": _TAX, "name": "VAT", "type": "INCLUSIVE", "scope": "LINE_ITEM"}],
        "total_money": _money(order.charged, order),
    }


def _line(place: int, item: Item, order: WebOrder) -> dict[str, Any]:
    return {
        "uid": f"i{place}",
        "item_type": "ITEM",
        "catalog_object_id": item.sku,
        "name": item.name,
        "quantity": str(item.quantity),
        "base_price_money": _money(item.price, order),
        "total_discount_money": _money(item.discount, order),
        "total_tax_money": _money(item.tax, order),
        "applied_taxes": [{"tax_uid": _TAX, "applied_money": _money(item.tax, order)}],
        "total_money": _money(item.paid, order),
    }


def _payment(order: WebOrder) -> dict[str, Any]:
    return {
        "id": _id("pay", order),
        "order_id": _id("order", order),
        "location_id": LOCATION,
        "status": "COMPLETED",
        "amount_money": _money(order.charged, order),
        "created_at": _at(order.placed_at),
    }


def _refund(order: WebOrder, refund: Refund) -> dict[str, Any]:
    return {
        "id": _id("refund", order),
        "payment_id": _id("pay", order),
        "order_id": _id("return", order),
        "location_id": LOCATION,
        "status": "COMPLETED",
        "amount_money": _money(refund.paid, order),
        "created_at": _at(refund.at),
        "updated_at": _at(refund.at),
    }


def _return(order: WebOrder, refund: Refund) -> dict[str, Any]:
    lines = [
        {**_line(place, item, order), "source_line_item_uid": f"i{place}"}
        for place, item in enumerate(refund.items)
    ]
    return {
        "id": _id("return", order),
        "location_id": LOCATION,
        "state": "COMPLETED",
        "version": 1,
        "created_at": _at(refund.at),
        "returns": [{"source_order_id": _id("order", order), "return_line_items": lines}],
        "taxes": [{"uid": _TAX, "name": "VAT", "type": "INCLUSIVE", "scope": "LINE_ITEM"}],
    }

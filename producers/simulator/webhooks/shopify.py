"""An order as Shopify tells of it, after its REST reference: whole orders, amounts as decimal texts."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from daybook.producers.simulator.webhooks.orders import Item, Refund, WebOrder
from daybook.schemas.currencies import exponent

if TYPE_CHECKING:
    from daybook.producers.simulator.webhooks.notices import Notice

DOMAIN: Final = "simulated.myshopify.com"


def notices(order: WebOrder) -> list[tuple[str, dict[str, Any]]]:
    """Created, paid and updated, and the update that a refund makes."""
    found = [
        ("orders/create", _order(order, order.placed_at, None)),
        ("orders/paid", _order(order, order.placed_at + timedelta(seconds=2), None)),
        ("orders/updated", _order(order, order.placed_at + timedelta(seconds=2), None)),
    ]
    if order.refund is not None:
        found.append(("orders/updated", _order(order, order.refund.at, order.refund)))
    return found


def headers(secret: bytes, notice: Notice, url: str, at: datetime) -> Mapping[str, str]:
    """Base64 HMAC-SHA256 of the body."""
    del url, at
    signature = base64.b64encode(hmac.digest(secret, notice.body, hashlib.sha256)).decode()
    return {
        "X-Shopify-Topic": notice.topic,
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Hmac-Sha256": signature,
    }


def _order(order: WebOrder, updated_at: datetime, refund: Refund | None) -> dict[str, Any]:
    def money(amount: int) -> str:
        return decimal(amount, order.currency)

    goods = [item for item in order.items if item.sku is not None]
    given_back = refund.paid if refund else 0
    return {
        "id": order.number,
        "currency": order.currency,
        "created_at": order.placed_at.isoformat(),
        "processed_at": order.placed_at.isoformat(),
        "updated_at": updated_at.isoformat(),
        "financial_status": "partially_refunded" if refund else "paid",
        "source_name": "web",
        "taxes_included": True,
        "test": False,
        "line_items": [_line(place, item, order.currency) for place, item in enumerate(goods)],
        "shipping_lines": [
            {
                "title": item.name,
                "price": money(item.price * item.quantity),
                "discount_allocations": _allocated(item, order.currency),
                "tax_lines": [{"title": "VAT", "price": money(item.tax)}],
            }
            for item in order.items
            if item.sku is None
        ],
        "total_discounts": money(sum(item.discount for item in order.items)),
        "total_tax": money(sum(item.tax for item in order.items)),
        "total_price": money(order.charged),
        "current_total_price": money(order.charged - given_back),
        "refunds": [] if refund is None else [_refund(order, refund)],
    }


def _line(place: int, item: Item, currency: str) -> dict[str, Any]:
    return {
        "id": place + 1,
        "sku": item.sku,
        "title": item.name,
        "quantity": item.quantity,
        "price": decimal(item.price, currency),
        "discount_allocations": _allocated(item, currency),
        "tax_lines": [{"title": "VAT", "price": decimal(item.tax, currency)}],
    }


def _allocated(item: Item, currency: str) -> list[dict[str, str]]:
    return [{"amount": decimal(item.discount, currency)}] if item.discount else []


def _refund(order: WebOrder, refund: Refund) -> dict[str, Any]:
    entries = [
        {
            "quantity": item.quantity,
            "subtotal": decimal(item.paid, order.currency),
            "total_tax": decimal(item.tax, order.currency),
            "line_item": _line(place, item, order.currency),
        }
        for place, item in enumerate(refund.items)
    ]
    paid = {"kind": "refund", "status": "success", "amount": decimal(refund.paid, order.currency)}
    at = refund.at.isoformat()
    return {"created_at": at, "processed_at": at, "refund_line_items": entries, "transactions": [paid]}


def decimal(minor: int, currency: str) -> str:
    """Minor units as Shopify writes amounts."""
    digits = exponent(currency)
    whole, rest = divmod(minor, 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else str(whole)

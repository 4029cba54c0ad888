"""A Shopify order as a snapshot, its sums held against the order's own."""

from __future__ import annotations

from typing import Any, Final

from daybook.producers.adapters.building import check_currency, snapshot
from daybook.producers.adapters.contract import Shop, Untranslatable
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.shopify.amounts import shop_amount
from daybook.producers.adapters.shopify.lines import Line, order_lines
from daybook.producers.adapters.shopify.refunds import refund
from daybook.schemas.codec import Reason
from daybook.schemas.events import Channel, SaleEvent

_CHANNELS: Final = {
    "web": Channel.ECOMMERCE,
    "pos": Channel.POS,
    "iphone": Channel.POS,
    "android": Channel.POS,
}
_UNPAID: Final = frozenset({"", "voided", "pending", "authorized", "expired"})
"""Financial states in which a cancelled order never was a sale."""


def order_snapshot(order: Node, shop: Shop) -> SaleEvent:
    """The order's whole state.

    Raises:
        Untranslatable: a field is not understood, or the lines do not add up to the order's own total.
    """
    number = order.identity("id")
    try:
        return _snapshot(order, number, shop)
    except Untranslatable as problem:
        problem.order_id = number
        raise


def _snapshot(order: Node, number: str, shop: Shop) -> SaleEvent:
    currency = check_currency(shop, order.currency("currency"), "currency")
    lines = order_lines(order, currency)
    charged = _charged(order, lines, currency)
    cancelled = order.has("cancelled_at") and bool(order.moment("cancelled_at"))
    refunds = order.nodes("refunds")
    voided = cancelled and order.text("financial_status", "") in _UNPAID
    reversals = [] if voided else _reversals(order, charged, currency, cancelled=cancelled)
    placed_at = order.moment("processed_at" if order.has("processed_at") else "created_at")
    updated_at = order.moment("updated_at")
    body = {
        "source": shop.source,
        "time": updated_at,
        "order_id": number,
        "placed_at": placed_at,
        **_place(order, shop),
        "currency": currency,
        "reporting": _rate(shop, placed_at, currency),
        "test": order.flag("test", default=False),
        "lines": lines,
        "charged": charged,
        "reversals": reversals,
        "voided": voided,
    }
    return snapshot(body, updated_at, rank=2 * len(refunds) + cancelled)


def _place(order: Node, shop: Shop) -> dict[str, Any]:
    location, seller = order.optional_identity("location_id"), order.optional_identity("user_id")
    return {
        "store_id": shop.store(location),
        "channel": _CHANNELS.get(order.text("source_name", ""), shop.channel).value,
        "staff": [{"staff_id": seller}] if seller else [],
    }


def _rate(shop: Shop, placed_at: Any, currency: str) -> dict[str, Any] | None:
    rate = shop.rate(placed_at, currency)
    return None if rate is None else rate.model_dump(mode="json")


def _charged(order: Node, lines: list[Line], currency: str) -> int:
    """The lines' sum, which must be the order's own."""
    on_top = not order.flag("taxes_included", default=False)
    taxed = sum(line.get("tax", 0) for line in lines)
    stated_tax = shop_amount(order, "total_tax", currency, taxed)
    if taxed != stated_tax:
        raise order.fail("total_tax", f"is {stated_tax}, the lines add up to {taxed}", Reason.ORDER_SUM)
    charged: int = sum(line["amount"] - line.get("discount", 0) for line in lines) + (taxed if on_top else 0)
    total = shop_amount(order, "total_price", currency)
    if charged != total:
        raise order.fail("total_price", f"is {total}, the lines add up to {charged}", Reason.ORDER_SUM)
    return charged


def _reversals(order: Node, charged: int, currency: str, *, cancelled: bool) -> list[dict[str, Any]]:
    """What was taken back; with the sale it must make the order's current total."""
    included = order.flag("taxes_included", default=False)
    found = [
        refund(node, currency, included=included, cancelled=cancelled) for node in order.nodes("refunds")
    ]
    if found and (order.has("current_total_price") or order.has("current_total_price_set")):
        current = shop_amount(order, "current_total_price", currency)
        # Money beyond or below the goods' worth may or may not be part of the current total.
        left = charged - sum(each.given for each in found)
        if current not in {left, charged - sum(each.value for each in found)}:
            detail = f"is {current}, the sale less its refunds is {left}"
            raise order.fail("current_total_price", detail, Reason.ORDER_SUM)
    return [each.reversal for each in found if each.reversal is not None]

"""A WooCommerce order as a snapshot, its sums held against the order's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from daybook.producers.adapters.building import check_currency, snapshot
from daybook.producers.adapters.contract import Shop, Untranslatable
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.woocommerce.lines import Line, order_lines, rounding_line
from daybook.producers.adapters.woocommerce.refunds import reversals
from daybook.schemas.codec import Reason
from daybook.schemas.events import Channel, SaleEvent

_SALES: Final = frozenset({"processing", "completed", "refunded", "on-hold"})
_NOT_YET: Final = frozenset({"pending", "checkout-draft", "auto-draft", "draft"})
_GONE: Final = frozenset({"cancelled", "failed", "trash"})
_CHANNELS: Final = {
    "checkout": Channel.ECOMMERCE,
    "store-api": Channel.ECOMMERCE,
    "pos-rest-api": Channel.POS,
}
_NOTHING: Final[Line] = {"kind": "adjustment", "quantity": 0, "unit_price": 0, "amount": 0}
"""The only line of an order that never became a sale."""
_UTC: Final = "UTC"


def order_snapshot(order: Node, shop: Shop, refunds: Sequence[Node] | None) -> SaleEvent | None:
    """The order's whole state; None for one that is not a sale yet.

    Raises:
        Untranslatable: a field is not understood, its refunds are not known, or sums contradict each other.
    """
    number = order.identity("id")
    try:
        status = order.text("status")
        if status in _NOT_YET:
            return None
        if status not in _SALES and status not in _GONE:
            raise order.fail(
                "status", "not a status of WooCommerce itself: whether it is a sale is not known"
            )
        return _snapshot(order, number, shop, refunds, gone=status in _GONE)
    except Untranslatable as problem:
        problem.order_id = number
        raise


def _snapshot(
    order: Node, number: str, shop: Shop, refunds: Sequence[Node] | None, *, gone: bool
) -> SaleEvent:
    currency = check_currency(shop, order.currency("currency"), "currency")
    sold = not gone or order.has("date_paid_gmt")
    lines = _checked_lines(order, currency) if sold else [_NOTHING]
    placed_at = order.moment("date_created_gmt", _UTC)
    updated_at = order.moment("date_modified_gmt", _UTC)
    rate = shop.rate(placed_at, currency)
    body = {
        "source": shop.source,
        "time": updated_at,
        "order_id": number,
        "placed_at": placed_at,
        "store_id": shop.store_id,
        "channel": _CHANNELS.get(order.text("created_via", ""), shop.channel).value,
        "currency": currency,
        "reporting": None if rate is None else rate.model_dump(mode="json"),
        "lines": lines,
        "charged": _sum(lines),
        "reversals": [] if gone else reversals(order, refunds, currency),
        "voided": gone,
    }
    return snapshot(body, updated_at, rank=2 * len(order.nodes("refunds")) + gone)


def _checked_lines(order: Node, currency: str) -> list[Line]:
    lines = order_lines(order, currency)
    total, found = order.amount("total", currency), _sum(lines)
    # Prices with tax are split into net and tax, each rounded: the parts may miss their sum by a little.
    room = len(lines) if order.flag("prices_include_tax", default=False) else 0
    if abs(total - found) > room:
        raise order.fail("total", f"is {total}, the lines add up to {found}", Reason.ORDER_SUM)
    return [*lines, rounding_line(total - found)] if total != found else lines


def _sum(lines: Sequence[Line]) -> int:
    total: int = sum(line["amount"] - line.get("discount", 0) + line.get("tax", 0) for line in lines)
    return total

"""A Square order as an order snapshot."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from daybook.producers.adapters.building import built, check_currency
from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.envelope import Sale, envelope
from daybook.producers.adapters.identity import snapshot_id, snapshot_version
from daybook.producers.adapters.pricing import NOTHING, charged
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.square.lines import order_lines
from daybook.producers.adapters.square.money import money
from daybook.producers.adapters.square.returns import exchange_reversals

STATES: Final = ("DRAFT", "OPEN", "COMPLETED", "CANCELED")
_TAKEN: Final = ("CAPTURED", "COMPLETED", "COMPLETE")


def translate_order(order: Node, shop: Shop) -> Translation:
    """The order's snapshot; none while it is no sale.

    Raises:
        Untranslatable: an unknown state or item, or sums that contradict each other.
    """
    if not order.nodes("line_items") and order.nodes("returns"):
        return Translation(ignored="return_order")
    if is_sale(order, shop):
        currency = order_currency(order, shop)
        lines = order_lines(order, currency)
        if not lines:
            return Translation(ignored="empty_order")
        exchanged = exchange_reversals(order, placed_at(order), currency)
        return _snapshot(order, shop, {"lines": lines, "charged": charged(lines), "reversals": exchanged})
    if order.text("state") == "CANCELED":
        # An offline payment that was counted may have been declined since: nothing of the order must stay.
        return _snapshot(order, shop, {"lines": [NOTHING], "charged": 0, "voided": True})
    return Translation(ignored="order_open")


def is_sale(order: Node, shop: Shop) -> bool:
    """Whether an order counts: completed, or paid in full while it waits to be fulfilled or is cancelled.

    What was paid for a cancelled order is given back by refunds, which count on their own.
    """
    state = order.text("state")
    if state not in STATES:
        raise order.fail("state", "not known here")
    if state in ("COMPLETED", "DRAFT"):
        return state == "COMPLETED"
    currency = order_currency(order, shop)
    # Only an exchange is paid net; elsewhere a refund could lower the net amount.
    net = order.node("net_amounts") if order.nodes("returns") else None
    due = money(net if net is not None else order, "total_money", currency)
    return 0 < due <= sum(_taken(tender, currency) for tender in order.nodes("tenders"))


def order_currency(order: Node, shop: Shop) -> str:
    """The order's currency; the shop's where an order without amounts says none.

    Raises:
        Untranslatable: it says none and the shop has none, or it is not the shop's.
    """
    if order.node("total_money") is None and shop.currency is not None:
        return shop.currency
    total = order.needed("total_money")
    return check_currency(shop, total.currency("currency"), total.at("currency"))


def placed_at(order: Node) -> datetime:
    """When the sale was made: an order to be fulfilled when it was placed, one at the till when it closed."""
    if order.nodes("fulfillments"):
        return order.moment("created_at")
    if order.has("closed_at"):
        return order.moment("closed_at")
    paid = [tender.moment("created_at") for tender in order.nodes("tenders") if tender.has("created_at")]
    return max(paid) if paid else order.moment("created_at")


def _taken(tender: Node, currency: str) -> int:
    """What a tender has brought in, in minor units: nothing while it is only authorized."""
    for name in tender.value:
        details = tender.node(name) if name.endswith("_details") else None
        if details is not None and details.has("status") and details.text("status") not in _TAKEN:
            return 0
    return money(tender, "amount_money", currency)


def _snapshot(order: Node, shop: Shop, parts: dict[str, Any]) -> Translation:
    order_id = order.identity("id")
    changed = order.moment("updated_at" if order.has("updated_at") else "created_at")
    # Orders rung up at a till carry no version.
    version = order.whole("version") if order.has("version") else snapshot_version(changed)
    placed = placed_at(order)
    sale = Sale(order_id, shop.store(order.value.get("location_id")), order_currency(order, shop), placed)
    event = {
        **envelope(shop, sale, "order.snapshot", snapshot_id(order_id, version), changed),
        "version": version,
        "placed_at": placed,
        **parts,
    }
    return Translation((built(event),))

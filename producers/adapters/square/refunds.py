"""A Square refund as a refund of the order that was paid."""

from __future__ import annotations

from typing import Any

from daybook.producers.adapters.building import built, check_currency
from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.envelope import Sale, envelope
from daybook.producers.adapters.identity import identifier
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.square.money import money
from daybook.producers.adapters.square.orders import is_sale, order_currency, placed_at
from daybook.producers.adapters.square.returns import by_amount_only, returned_lines


def translate_refund(
    refund: Node, shop: Shop, payment: Node | None, order: Node | None, taken_back: Node | None
) -> Translation:
    """The refund, once it is completed, by its own id: all notifications of it are one event.

    Args:
        refund: the refund.
        shop: the connection.
        payment: what it gives back; None where it is not linked to any payment.
        order: the order that was paid; None where there was none.
        taken_back: the return order that Square made of the refund.

    Raises:
        Untranslatable: an unknown status, or another currency than the order's.
    """
    status = refund.text("status")
    if status in ("PENDING", "REJECTED", "FAILED"):
        return Translation(ignored=f"refund_{status.lower()}")
    if status != "COMPLETED":
        raise refund.fail("status", "not known here")
    if taken_back is not None and taken_back.nodes("line_items"):
        return Translation(ignored="in_exchange_order")
    if order is not None and not is_sale(order, shop):
        return Translation(ignored="order_no_sale")
    event_id = identifier(f"refund-{refund.identity('id')}")
    sale = _sale(refund, shop, payment, order)
    amount = money(refund, "amount_money", sale.currency)
    event = {
        # Not updated_at: a refund is notified of more than once, and all must be the same event.
        **envelope(shop, sale, "sale.refunded", event_id, refund.moment("created_at")),
        "origin_time": sale.placed_at,
        "refunded": amount,
        **_content(taken_back, amount, sale.currency),
    }
    return Translation((built(event),))


def _sale(refund: Node, shop: Shop, payment: Node | None, order: Node | None) -> Sale:
    """The sale that a refund gives back a part of; ``money`` then refuses another currency."""
    if order is not None:
        store_id = shop.store(order.value.get("location_id"))
        return Sale(order.identity("id"), store_id, order_currency(order, shop), placed_at(order))
    stated = refund.needed("amount_money")
    currency = check_currency(shop, stated.currency("currency"), stated.at("currency"))
    if payment is not None:
        store_id = shop.store(payment.value.get("location_id"))
        return Sale(payment.identity("id"), store_id, currency, payment.moment("created_at"))
    return Sale(refund.identity("order_id"), shop.store(refund.value.get("location_id")), currency, None)


def _content(taken_back: Node | None, amount: int, currency: str) -> dict[str, Any]:
    """The refund's lines where they come to its amount; else its tax, if stated for just this amount."""
    lines = returned_lines(taken_back, currency) if taken_back is not None else []
    if taken_back is None or sum(line["amount"] for line in lines) != amount:
        return {}
    if by_amount_only(taken_back):
        return {"tax": sum(line["tax"] for line in lines)}
    return {"lines": lines}

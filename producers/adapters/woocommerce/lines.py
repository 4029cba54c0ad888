"""The lines of a WooCommerce order: it states each net of tax, whichever way its prices are entered."""

from __future__ import annotations

from typing import Any

from daybook.producers.adapters.pricing import priced
from daybook.producers.adapters.reading import Node
from daybook.schemas.codec import Reason

Line = dict[str, Any]


def order_lines(order: Node, currency: str) -> list[Line]:
    """All lines, coupons already on them: ``subtotal`` is before and ``total`` after discount."""
    goods = [_item(node, currency) for node in order.nodes("line_items")]
    shipping = [_charge(node, "shipping", "method_title", currency) for node in order.nodes("shipping_lines")]
    fees = [_charge(node, "fee", "name", currency) for node in order.nodes("fee_lines")]
    return [*goods, *shipping, *fees]


def described(item: Node) -> Line:
    """What a line item is about: SKU, else the variation's or product's number, and its name."""
    about: Line = {}
    for field in ("sku", "variation_id", "product_id"):
        found = item.optional_identity(field)
        if found is not None:
            about["product_id"] = found
            break
    name = item.name("name")
    return about if name is None else {**about, "name": name}


def rounding_line(amount: int) -> Line:
    """What the shop's own rounding makes of the difference between its lines and its total."""
    return {"kind": "adjustment", "name": "Rounding", "unit_price": amount, "amount": amount}


def _item(item: Node, currency: str) -> Line:
    amount, paid = item.amount("subtotal", currency), item.amount("total", currency)
    if not 0 <= paid <= amount:
        raise item.fail("total", f"is {paid}, before discount it was {amount}", Reason.LINE_SUM)
    price, quantity = priced(amount, item.whole("quantity"))
    return {
        **described(item), "quantity": quantity, "unit_price": price, "amount": amount,
        "discount": amount - paid, "tax": item.amount("total_tax", currency, 0),
    }  # fmt: skip


def _charge(node: Node, kind: str, title: str, currency: str) -> Line:
    amount = node.amount("total", currency)
    name = node.name(title)
    about: Line = {"kind": kind} if name is None else {"kind": kind, "name": name}
    return {**about, "unit_price": amount, "amount": amount, "tax": node.amount("total_tax", currency, 0)}

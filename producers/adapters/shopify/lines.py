"""The lines of a Shopify order: goods, gift cards, tips, shipping, duties and fees."""

from __future__ import annotations

from typing import Any

from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.shopify.amounts import allocations, shop_amount, shop_price, taxes
from daybook.schemas.codec import Reason
from daybook.schemas.lines import LineKind, line_amount
from daybook.schemas.rounding import share

Line = dict[str, Any]


def order_lines(order: Node, currency: str) -> list[Line]:
    """All lines as placed, with every discount of the order on them.

    Raises:
        Untranslatable: a field is not understood, or more is discounted than sold.
    """
    included = order.flag("taxes_included", default=False)
    goods = [_item(node, currency, included=included) for node in order.nodes("line_items")]
    shipping = [_shipping(node, currency, included=included) for node in order.nodes("shipping_lines")]
    _share_discount(order, currency, goods, shipping)
    tips = shop_amount(order, "total_tip_received", currency, 0) - sum(
        line["amount"] for line in goods if line["kind"] == LineKind.TIP
    )
    tips = max(tips, 0)  # what stands in the lines is the tip; some versions tell no sum
    return [*goods, *shipping, *_charges(order, currency, included=included), *_sum_line("tip", "Tip", tips)]


def kind_of(item: Node) -> str:
    """What a line item is: a tip has its payment gateway named, a gift card says so."""
    if item.value.get("tip_payment_gateway") is not None or item.value.get("tip") is not None:
        return LineKind.TIP.value
    return LineKind.GIFT_CARD.value if item.flag("gift_card", default=False) else LineKind.PRODUCT.value


def described(item: Node) -> Line:
    """What a line item is about: kind, product and name."""
    kind = kind_of(item)
    product = next(
        (found for name in ("sku", "variant_id", "product_id") if (found := item.optional_identity(name))),
        None,
    )
    line: Line = {"kind": kind}
    if product is not None and kind != LineKind.TIP:
        line["product_id"] = product
    name = item.name("name") or item.name("title")
    return line if name is None else {**line, "name": name}


def _item(item: Node, currency: str, *, included: bool) -> Line:
    price, quantity = shop_price(item, "price", currency), item.whole("quantity")
    return {
        **described(item),
        "quantity": quantity,
        "unit_price": price,
        "amount": line_amount(price, quantity),
        "discount": allocations(item, currency) or shop_amount(item, "total_discount", currency, 0),
        "tax": taxes(item, currency),
        "tax_included": included,
    }


def _shipping(node: Node, currency: str, *, included: bool) -> Line:
    price = shop_amount(node, "price", currency)
    discount = allocations(node, currency)
    if not discount and (node.has("discounted_price") or node.has("discounted_price_set")):
        discount = price - shop_amount(node, "discounted_price", currency)
    name = node.name("title")
    return {
        "kind": LineKind.SHIPPING.value, **({} if name is None else {"name": name}), "quantity": 1,
        "unit_price": price, "amount": price, "discount": discount, "tax": taxes(node, currency),
        "tax_included": included,
    }  # fmt: skip


def _share_discount(order: Node, currency: str, goods: list[Line], shipping: list[Line]) -> None:
    """Share over the goods what the order's discount exceeds the allocated ones by."""
    stated = sum(line["discount"] for line in (*goods, *shipping))
    rest = shop_amount(order, "total_discounts", currency, stated) - stated
    if not rest:
        return
    weights = [line["amount"] - line["discount"] if line["kind"] == LineKind.PRODUCT else 0 for line in goods]
    if rest < 0 or not weights or min(weights) < 0 or sum(weights) < rest:
        detail = f"is {stated + rest}, the lines' discounts add up to {stated}"
        raise order.fail("total_discounts", detail, Reason.ORDER_SUM)
    for line, part in zip(goods, share(rest, weights), strict=True):
        line["discount"] += part


def _charges(order: Node, currency: str, *, included: bool) -> list[Line]:
    duties = shop_amount(order, "original_total_duties_set", currency, 0)
    tax = sum(taxes(duty, currency) for item in order.nodes("line_items") for duty in item.nodes("duties"))
    fees = shop_amount(order, "original_total_additional_fees_set", currency, 0)
    return [*_sum_line("fee", "Duties", duties, tax, included=included), *_sum_line("fee", "Fees", fees)]


def _sum_line(kind: str, name: str, amount: int, tax: int = 0, *, included: bool = False) -> list[Line]:
    if not amount:
        return []
    line: Line = {"kind": kind, "name": name, "unit_price": amount, "amount": amount}
    return [{**line, "tax": tax, "tax_included": included} if tax else line]

"""The lines of a Square order: items, service charges, tips and cash rounding."""

from __future__ import annotations

from typing import Any, Final

from daybook.producers.adapters.pricing import Sums, charged, sale_line
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.square.money import TaxTypes, money, tax_inside, tax_types
from daybook.schemas.codec import Reason
from daybook.schemas.lines import line_amount

ITEM_KINDS: Final = {"ITEM": "product", "CUSTOM_AMOUNT": "product", "GIFT_CARD": "gift_card"}


def order_lines(order: Node, currency: str) -> list[dict[str, Any]]:
    """All sale lines of an order; they add up to its ``total_money``, to the minor unit.

    Raises:
        Untranslatable: they do not; the problem names both sums.
    """
    types = tax_types(order)
    lines = [_item(item, types, currency) for item in order.nodes("line_items")]
    lines += [_service_charge(item, types, currency) for item in order.nodes("service_charges")]
    tip = money(order, "total_tip_money", currency)
    if tip:
        lines.append(sale_line(Sums(tip), kind="tip"))
    total, sum_of_lines = money(order, "total_money", currency), charged(lines)
    rounding = order.node("rounding_adjustment")
    if rounding is not None and total - sum_of_lines == money(rounding, "amount_money", currency) != 0:
        lines.append(sale_line(Sums(total - sum_of_lines), kind="adjustment", name="Cash rounding"))
    elif total != sum_of_lines:
        raise order.fail("total_money", f"is {total}, the lines add up to {sum_of_lines}", Reason.ORDER_SUM)
    return lines


def facts(item: Node) -> dict[str, Any]:
    """Kind, product and name of a line item, sold or returned.

    Raises:
        Untranslatable: an item type whose meaning is not known.
    """
    kind = ITEM_KINDS.get(item.text("item_type", "ITEM"))
    if kind is None:
        raise item.fail("item_type", "not known here")
    unit = item.node("quantity_unit")
    return {
        "kind": kind,
        "product_id": item.optional_identity("catalog_object_id"),
        "name": item.name("name"),
        "weighed": True if unit is not None and unit.has("measurement_unit") else None,
    }


def _item(item: Node, types: TaxTypes, currency: str) -> dict[str, Any]:
    return sale_line(_item_sums(item, types, currency), item.text("quantity"), **facts(item))


def _item_sums(item: Node, types: TaxTypes, currency: str) -> Sums:
    """What a line item states, in whichever of Square's two ways adds up to its own total.

    The price with modifiers contains inclusive tax; ``gross_sales_money`` does so in some countries only.
    An apportioned service charge may stand in the total, and has a line of its own.
    """
    discount = money(item, "total_discount_money", currency)
    tax = money(item, "total_tax_money", currency)
    price = _price(item, currency)
    inside = tax_inside(item, types, currency)
    gross = money(item, "gross_sales_money", currency) if item.has("gross_sales_money") else price
    ways = [Sums(price, discount, inside, tax - inside)] if inside is not None else []
    ways += [Sums(price, discount, 0, tax), Sums(price, discount, tax, 0), Sums(gross, discount, 0, tax)]
    if not item.has("total_money"):
        return ways[0]
    total = money(item, "total_money", currency)
    service = money(item, "total_service_charge_money", currency)
    for sums in ways:
        if sums.charged in (total, total - service):
            return sums
    raise item.fail("total_money", f"is {total}, the line comes to {ways[0].charged}", Reason.LINE_SUM)


def _price(item: Node, currency: str) -> int:
    """Price of all pieces with their modifiers, before discount."""
    if item.has("variation_total_price_money"):
        price = money(item, "variation_total_price_money", currency)
    else:
        price = _times(item, "base_price_money", item.text("quantity"), currency)
    for modifier in item.nodes("modifiers"):
        if modifier.has("total_price_money"):
            price += money(modifier, "total_price_money", currency)
        else:
            price += _times(modifier, "base_price_money", item.text("quantity"), currency)
    return price


def _times(node: Node, name: str, quantity: str, currency: str) -> int:
    try:
        return line_amount(money(node, name, currency), quantity)
    except ArithmeticError:
        raise node.fail("quantity", "not a quantity", Reason.WRONG_TYPE) from None


def _service_charge(item: Node, types: TaxTypes, currency: str) -> dict[str, Any]:
    """A service charge; one that is apportioned to the lines is taxed there."""
    amount = money(item, "applied_money" if item.has("applied_money") else "amount_money", currency)
    apportioned = item.text("treatment_type", "") == "APPORTIONED_TREATMENT"
    tax = 0 if apportioned else money(item, "total_tax_money", currency)
    inside = min(tax_inside(item, types, currency) or 0, tax)
    kind = "tip" if item.text("type", "") == "AUTO_GRATUITY" else "fee"
    return sale_line(Sums(amount, 0, inside, tax - inside), kind=kind, name=item.name("name"))

"""Shopify's amounts: the shop's own currency, never the customer's."""

from __future__ import annotations

from daybook.producers.adapters.reading import Node
from daybook.schemas.codec import Reason


def shop_amount(node: Node, name: str, currency: str, default: int | None = None) -> int:
    """Minor units of ``{name}_set.shop_money``; else of the plain field, which is in the same currency."""
    money = node.node(f"{name}_set") if not name.endswith("_set") else node.node(name)
    if money is None:
        return node.amount(name, currency, default)
    return _shop_money(money, currency).amount("amount", currency)


def shop_price(node: Node, name: str, currency: str) -> int | str:
    """A price per unit in the shop's currency, which may be finer than its minor unit."""
    money = node.node(f"{name}_set")
    if money is None:
        return node.unit_price(name, currency)
    return _shop_money(money, currency).unit_price("amount", currency)


def _shop_money(money: Node, currency: str) -> Node:
    inner = money.needed("shop_money")
    if inner.currency("currency_code") != currency:
        raise inner.fail("currency_code", "not the order's currency", Reason.UNKNOWN_CURRENCY)
    return inner


def taxes(node: Node, currency: str) -> int:
    """The sum of a line's ``tax_lines``."""
    return sum(shop_amount(line, "price", currency) for line in node.nodes("tax_lines"))


def allocations(node: Node, currency: str) -> int:
    """The sum of the discounts that Shopify allocated to a line."""
    return sum(shop_amount(line, "amount", currency) for line in node.nodes("discount_allocations"))

"""Square's money objects, and which of an order's taxes are inside the price."""

from __future__ import annotations

from collections.abc import Mapping

from daybook.producers.adapters.reading import Node
from daybook.schemas.codec import Reason

TaxTypes = Mapping[str, bool]
"""A tax's uid in its order to whether it is inside the price."""


def money(node: Node, name: str, currency: str) -> int:
    """Minor units of a money object; 0 where there is none.

    Raises:
        Untranslatable: it is in another currency than the order.
    """
    found = node.node(name)
    if found is None:
        return 0
    if found.has("currency") and found.currency("currency") != currency:
        raise found.fail("currency", "not the currency of the order", Reason.UNKNOWN_CURRENCY)
    return found.minor("amount", 0)


def tax_types(order: Node) -> dict[str, bool]:
    """The taxes of an order by uid.

    Raises:
        Untranslatable: a tax is neither on top of the price nor inside it.
    """
    types = {}
    for tax in order.nodes("taxes"):
        kind = tax.text("type", "ADDITIVE")
        if kind not in ("ADDITIVE", "INCLUSIVE"):
            raise tax.fail("type", "neither ADDITIVE nor INCLUSIVE")
        types[tax.text("uid", "")] = kind == "INCLUSIVE"
    return types


def tax_inside(item: Node, types: TaxTypes, currency: str) -> int | None:
    """Tax inside the price of a line or service charge; None where it does not say which taxes it bears."""
    applied = item.nodes("applied_taxes")
    if not applied:
        return None
    return sum(
        money(tax, "applied_money", currency) for tax in applied if types.get(tax.text("tax_uid", ""), False)
    )

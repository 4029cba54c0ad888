"""What was taken back of a WooCommerce order, from its refunds as they were fetched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daybook.producers.adapters.contract import Untranslatable
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.woocommerce.lines import Line, described
from daybook.schemas.codec import Reason


def reversals(order: Node, fetched: Sequence[Node] | None, currency: str) -> list[dict[str, Any]]:
    """A reversal for each refund that the order names, on the day on which it was made.

    A refund that was fetched but is younger than the order's state belongs to a later version.

    Raises:
        Untranslatable: a refund is not known, or its amount is not the order's.
    """
    named = order.nodes("refunds")
    if named and fetched is None:
        raise order.fail("refunds", "have no date here: set api_url, so that they can be fetched")
    known = {refund.identity("id"): refund for refund in fetched or ()}
    found = []
    for entry in named:
        refund = known.get(entry.identity("id"))
        if refund is None:
            raise entry.fail("id", "the shop has no such refund")
        amount = refund.amount("amount", currency)
        stated = -entry.amount("total", currency, -amount)
        if amount != stated:
            raise entry.fail("total", f"is {stated}, the refund itself is {amount}", Reason.ORDER_SUM)
        if amount:
            found.append(_reversal(refund, amount, currency))
    return found


def _reversal(refund: Node, amount: int, currency: str) -> dict[str, Any]:
    lines = [
        line
        for field, kind in (("line_items", "product"), ("shipping_lines", "shipping"), ("fee_lines", "fee"))
        for line in (_line(node, kind, currency) for node in refund.nodes(field))
        if line["amount"] or line.get("quantity")
    ]
    head = {"kind": "refund", "time": refund.moment("date_created_gmt", "UTC"), "refunded": amount}
    if not lines:
        return head
    rest = amount - sum(line["amount"] for line in lines)
    if rest < 0:
        detail = f"is {amount}, its lines add up to {amount - rest}"
        raise Untranslatable.because(refund.at("amount"), detail, Reason.ORDER_SUM)
    if rest:
        lines.append({"kind": "service", "name": "Refunded amount", "quantity": 0, "amount": rest})
    return {**head, "lines": lines}


def _line(node: Node, kind: str, currency: str) -> Line:
    tax = -node.amount("total_tax", currency, 0)
    line: Line = {"kind": kind, "amount": tax - node.amount("total", currency), "tax": tax}
    if kind != "product":
        return line
    return {**line, **described(node), "quantity": _pieces(node)}


def _pieces(node: Node) -> int:
    """How many came back; WooCommerce writes it below zero."""
    found = node.value.get("quantity", 0)
    if isinstance(found, bool) or not isinstance(found, int) or abs(found) > 10**9:
        raise node.fail("quantity", "not a whole number", Reason.WRONG_TYPE)
    return abs(found)

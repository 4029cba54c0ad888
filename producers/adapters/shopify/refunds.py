"""What was taken back of a Shopify order."""

from __future__ import annotations

from typing import Any, NamedTuple

from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.shopify.amounts import shop_amount
from daybook.producers.adapters.shopify.lines import Line, described
from daybook.schemas.codec import Reason
from daybook.schemas.events import ReversalKind
from daybook.schemas.rounding import share


class Refunded(NamedTuple):
    """A refund: the snapshot's reversal (None where no money moved), and what its lines alone are worth."""

    reversal: dict[str, Any] | None
    given: int
    value: int


def refund(node: Node, currency: str, *, included: bool, cancelled: bool) -> Refunded:
    """One entry of an order's ``refunds``, on the day on which it was processed."""
    lines = [_item(item, currency, included=included) for item in node.nodes("refund_line_items")]
    lines += _shipping(node, currency, included=included)
    duties = shop_amount(node, "total_duties_set", currency, 0)
    if duties:
        lines.append({"kind": "fee", "name": "Duties", "amount": duties})
    value = sum(line["amount"] for line in lines)
    more, tax = _discrepancy(node, currency, included=included)
    if more < 0:
        _keep_back(node, lines, -more)
    moment = node.moment("processed_at") if node.has("processed_at") else node.moment("created_at")
    kind = ReversalKind.CANCELLATION if cancelled else ReversalKind.REFUND
    if not cancelled and not node.nodes("transactions"):
        kind = ReversalKind.EDIT
    head = {"kind": kind.value, "time": moment}
    if not lines and more > 0:
        return Refunded({**head, "refunded": more, "tax": tax}, more, value)
    if more > 0:
        lines.append(
            {"kind": "service", "name": "Refunded amount", "quantity": 0, "amount": more, "tax": tax}
        )
    if not lines:
        return Refunded(None, 0, 0)
    given = sum(line["amount"] for line in lines)
    return Refunded({**head, "lines": lines, "refunded": given}, given, value)


def _item(entry: Node, currency: str, *, included: bool) -> Line:
    tax = shop_amount(entry, "total_tax", currency, 0)
    amount = shop_amount(entry, "subtotal", currency) + (0 if included else tax)
    item = entry.node("line_item")
    about: Line = {"kind": "product"} if item is None else described(item)
    return {**about, "quantity": entry.whole("quantity"), "amount": amount, "tax": tax}


def _shipping(node: Node, currency: str, *, included: bool) -> list[Line]:
    """Refunded shipping: as an adjustment in older API versions, as lines of its own in newer ones."""
    found = [
        (-shop_amount(entry, "amount", currency), -shop_amount(entry, "tax_amount", currency, 0))
        for entry in node.nodes("order_adjustments")
        if entry.text("kind") == "shipping_refund"
    ]
    if not found:
        found = [
            (
                shop_amount(entry, "subtotal_amount_set", currency),
                sum(shop_amount(tax, "price", currency) for tax in entry.nodes("tax_lines")),
            )
            for entry in node.nodes("refund_shipping_lines")
        ]
    return [
        {"kind": "shipping", "amount": amount + (0 if included else tax), "tax": tax}
        for amount, tax in found
        if amount or tax
    ]


def _discrepancy(node: Node, currency: str, *, included: bool) -> tuple[int, int]:
    """(amount, tax) given back beyond the lines' worth; negative where less was given."""
    amount = tax = 0
    for entry in node.nodes("order_adjustments"):
        kind = entry.text("kind")
        if kind == "refund_discrepancy":
            part = -shop_amount(entry, "tax_amount", currency, 0)
            amount += -shop_amount(entry, "amount", currency) + (0 if included else part)
            tax += part
        elif kind != "shipping_refund":
            raise entry.fail("kind", "an adjustment of a kind that is not known")
    return amount, max(0, min(tax, amount))


def _keep_back(node: Node, lines: list[Line], less: int) -> None:
    """Lower the lines by what was not given back, shared by amount."""
    worth = [line["amount"] for line in lines]
    if not lines or min(worth) < 0 or sum(worth) < less:
        detail = f"{less} less is given back than lines worth {sum(worth)}"
        raise node.fail("order_adjustments", detail, Reason.ORDER_SUM)
    for line, part in zip(lines, share(less, worth), strict=True):
        line["amount"] -= part
        line["tax"] = min(line.get("tax", 0), line["amount"])

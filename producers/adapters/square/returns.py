"""What a Square order takes back of earlier orders, line by line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from daybook.producers.adapters.pricing import refund_line
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.square.lines import facts
from daybook.producers.adapters.square.money import money
from daybook.schemas.codec import Reason


def returned_lines(order: Node, currency: str) -> list[dict[str, Any]]:
    """Refund lines of all that an order takes back: items, service charges, tips and cash rounding."""
    lines: list[dict[str, Any]] = []
    for part in order.nodes("returns"):
        lines += [
            _given_back(item, currency, item.text("quantity", "1"), **facts(item))
            for item in part.nodes("return_line_items")
        ]
        lines += [
            _given_back(item, currency, kind="fee", name=item.name("name"))
            for item in part.nodes("return_service_charges")
        ]
        amounts, rounding = part.node("return_amounts"), part.node("rounding_adjustment")
        tip = money(amounts, "tip_money", currency) if amounts is not None else 0
        if tip:
            lines.append(refund_line(tip, 0, kind="tip"))
        rounded = money(rounding, "amount_money", currency) if rounding is not None else 0
        if rounded:
            lines.append(refund_line(rounded, 0, kind="adjustment", name="Cash rounding"))
    return lines


def by_amount_only(order: Node) -> bool:
    """Whether the order takes back a sum, rather than things that were sold."""
    items = [item for part in order.nodes("returns") for item in part.nodes("return_line_items")]
    return not any(item.has("catalog_object_id") or item.has("source_line_item_uid") for item in items)


def exchange_reversals(order: Node, at: datetime, currency: str) -> list[dict[str, Any]]:
    """What an exchange takes back: the same order sells and takes back, and only the difference is paid.

    Raises:
        Untranslatable: the lines do not add up to the order's ``return_amounts``.
    """
    lines = returned_lines(order, currency)
    if not lines:
        return []
    total = sum(line["amount"] for line in lines)
    amounts = order.node("return_amounts")
    stated = money(amounts, "total_money", currency) if amounts is not None else total
    if stated != total:
        raise order.fail(
            "return_amounts.total_money", f"is {stated}, the lines add up to {total}", Reason.ORDER_SUM
        )
    return [{"kind": "refund", "time": at, "lines": lines, "refunded": total}]


def _given_back(item: Node, currency: str, quantity: int | str = 1, **named: Any) -> dict[str, Any]:
    total = money(item, "total_money", currency)
    return refund_line(total, money(item, "total_tax_money", currency), quantity, **named)

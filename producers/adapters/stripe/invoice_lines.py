"""The lines of a Stripe invoice: what is sold, and what a proration gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from daybook.producers.adapters.pricing import Sums, charged, refund_line, sale_line
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.stripe.money import amount
from daybook.schemas.rounding import share


@dataclass(slots=True)
class InvoiceLines:
    """An invoice's lines as events write them. ``returned`` are credits for time paid before and not used."""

    sold: list[dict[str, Any]] = field(default_factory=list)
    returned: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """What they come to, in minor units."""
        given_back: int = sum(line["amount"] for line in self.returned)
        return charged(self.sold) - given_back


def invoice_lines(invoice: Node, items: Sequence[Node], currency: str) -> InvoiceLines:
    """All lines of an invoice, discounts and taxes on their lines.

    A discount or tax that stands on the invoice alone is shared over the lines by amount.
    """
    sums = [_sums(item, currency) for item in items]
    _share_discount(invoice, sums, currency)
    _share_tax(invoice, sums, currency)
    lines = InvoiceLines()
    for item, each in zip(items, sums, strict=True):
        _add(lines, item, each)
    shipping = invoice.node("shipping_cost")
    if shipping is not None:
        lines.sold.append(_shipping(shipping, currency))
    return lines


def _sums(item: Node, currency: str) -> Sums:
    discount = sum(amount(part, "amount", currency) for part in item.nodes("discount_amounts"))
    # Billing credits lower what is due and taxed as a discount does; discounts stand in this list once more.
    discount += sum(
        amount(part, "amount", currency)
        for part in item.nodes("pretax_credit_amounts")
        if part.text("type", "") == "credit_balance_transaction"
    )
    inside, on_top = _taxes(item, currency)
    return Sums(amount(item, "amount", currency, None), discount, inside, on_top)


def _taxes(item: Node, currency: str) -> tuple[int, int]:
    """(inside the price, on top of it), in the form of API versions before and since 2025-03-31."""
    inside = on_top = 0
    for tax in item.nodes("tax_amounts") or item.nodes("taxes"):
        if tax.has("inclusive"):
            is_inside = tax.flag("inclusive")
        else:
            behavior = tax.text("tax_behavior", "exclusive")
            if behavior not in ("inclusive", "exclusive"):
                raise tax.fail("tax_behavior", "neither inclusive nor exclusive")
            is_inside = behavior == "inclusive"
        if is_inside:
            inside += amount(tax, "amount", currency)
        else:
            on_top += amount(tax, "amount", currency)
    return inside, on_top


def _share_discount(invoice: Node, sums: list[Sums], currency: str) -> None:
    stated = sum(amount(part, "amount", currency) for part in invoice.nodes("total_discount_amounts"))
    if stated and not any(each.discount for each in sums):
        for index, part in _shares(stated, [each.amount for each in sums]):
            sums[index] = sums[index]._replace(discount=part)


def _share_tax(invoice: Node, sums: list[Sums], currency: str) -> None:
    """Old invoices state one tax, on top of all lines."""
    stated = amount(invoice, "tax", currency)
    if stated and not any(each.inside or each.on_top for each in sums):
        for index, part in _shares(stated, [each.amount - each.discount for each in sums]):
            sums[index] = sums[index]._replace(on_top=part)


def _shares(total: int, weights: Sequence[int]) -> list[tuple[int, int]]:
    if not weights:
        return []
    return list(enumerate(share(total, [max(0, weight) for weight in weights])))


def _add(lines: InvoiceLines, item: Node, sums: Sums) -> None:
    facts = {"kind": "service", "product_id": _product(item), "name": item.name("description")}
    if sums.amount >= 0:
        quantity = item.whole("quantity", 1)
        lines.sold.append(sale_line(sums, quantity, **facts))
    else:
        # Nobody brings a piece back: the time that was not used has no units.
        tax = -(sums.inside + sums.on_top)
        lines.returned.append(refund_line(-sums.charged, tax, 0, **facts))


def _product(item: Node) -> str | None:
    """The product's id; where it is not named, the price's."""
    price = item.node("price") or item.node("plan")
    if price is not None:
        return price.optional_identity("product") or price.optional_identity("id")
    pricing = item.node("pricing")
    details = pricing.node("price_details") if pricing is not None else None
    if details is None:
        return None
    return details.optional_identity("product") or details.optional_identity("price")


def _shipping(shipping: Node, currency: str) -> dict[str, Any]:
    subtotal = amount(shipping, "amount_subtotal", currency)
    tax = amount(shipping, "amount_tax", currency)
    total = amount(shipping, "amount_total", currency, subtotal + tax)
    on_top = total - subtotal
    return sale_line(Sums(subtotal, 0, tax - on_top, on_top), kind="shipping")

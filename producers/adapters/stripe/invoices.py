"""A paid Stripe invoice as recurring revenue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from daybook.producers.adapters.building import built
from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.envelope import Sale, envelope
from daybook.producers.adapters.pricing import Sums, charged, sale_line
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.stripe.invoice_lines import invoice_lines
from daybook.producers.adapters.stripe.money import amount, currency_of
from daybook.schemas.codec import Reason


def translate_invoice(invoice: Node, items: Sequence[Node], shop: Shop, *, test: bool) -> Translation:
    """The snapshot of a paid invoice; every notification of it gives the same.

    Credits for time not used (negative prorations) are reversals beside the lines, with their tax, so that
    gross, net and tax each come out as on the invoice. What an account balance or a credit note settled is an
    adjustment: what is left is what was paid.

    Raises:
        Untranslatable: the lines do not come to the invoice's total, or the total to what was paid.
    """
    if invoice.text("status") != "paid":
        return Translation(ignored="invoice_not_paid")
    currency = currency_of(invoice, shop)
    lines = invoice_lines(invoice, items, currency)
    total = amount(invoice, "total", currency, None)
    if lines.total != total:
        detail = f"is {total}, the lines add up to {lines.total}"
        raise invoice.fail("total", detail, Reason.ORDER_SUM)
    settled = _paid(invoice, total, currency) - total
    if settled or not lines.sold:
        lines.sold.append(sale_line(Sums(settled), kind="adjustment", name="Account balance"))
    placed, invoice_id = paid_at(invoice), invoice.identity("id")
    sale = Sale(invoice_id, shop.store_id, currency, placed)
    event = {
        **envelope(shop, sale, "order.snapshot", invoice_id, placed),
        "revenue_stream": "recurring",
        "test": test,
        "version": 1,
        "placed_at": placed,
        "lines": lines.sold,
        "charged": charged(lines.sold),
        "reversals": _reversals(lines.returned, placed),
    }
    return Translation((built(event),))


def paid_at(invoice: Node) -> datetime:
    """When an invoice was paid."""
    changes = invoice.node("status_transitions")
    if changes is not None and changes.has("paid_at"):
        return changes.seconds("paid_at")
    return invoice.seconds("created")


def _paid(invoice: Node, total: int, currency: str) -> int:
    """What was paid, held against what the invoice says about the way from its total to it."""
    due = amount(invoice, "amount_due", currency, None)
    paid = amount(invoice, "amount_paid", currency, None)
    if not paid and invoice.flag("paid_out_of_band"):
        # Before API version 2025-03-31 a payment beside Stripe does not show in amount_paid.
        paid = due
    balance = amount(invoice, "starting_balance", currency) - amount(invoice, "ending_balance", currency)
    credited = amount(invoice, "pre_payment_credit_notes_amount", currency)
    expected = total + balance - credited
    if paid not in (due, expected):
        detail = f"is {paid}, total, balance and credit notes come to {expected}"
        raise invoice.fail("amount_paid", detail, Reason.ORDER_SUM)
    return paid


def _reversals(returned: list[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    if not returned:
        return []
    refunded = sum(line["amount"] for line in returned)
    return [{"kind": "edit", "time": at, "lines": returned, "refunded": refunded}]

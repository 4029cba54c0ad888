"""Stripe refunds, each counted once by its own id, whatever notification tells of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from daybook.producers.adapters.building import built
from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.envelope import Sale, envelope
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.stripe.charges import invoice_of
from daybook.producers.adapters.stripe.invoices import paid_at
from daybook.producers.adapters.stripe.money import amount, currency_of
from daybook.schemas.codec import Reason
from daybook.schemas.events import SaleEvent

_WAITING: Final = ("pending", "requires_action")
_NOT_DONE: Final = ("failed", "canceled")


class Sold(NamedTuple):
    """The sale that a charge paid."""

    order_id: str
    placed_at: datetime
    revenue_stream: str


def translate_refunds(
    charge: Node, refunds: Sequence[Node], shop: Shop, fetched: Mapping[str, Any], *, test: bool
) -> Translation:
    """The succeeded refunds of a charge.

    Raises:
        Untranslatable: a status that is not known here, or refunds below the charge's ``amount_refunded``.
    """
    invoice_id = invoice_of(charge, fetched)
    if invoice_id is None and not shop.owns_sales:
        return Translation(ignored="sale_owned_elsewhere")
    sold = _sold(charge, invoice_id, fetched)
    succeeded = [refund for refund in refunds if _succeeded(refund) and not _released(refund, charge)]
    if not succeeded:
        return Translation(ignored="refund_not_succeeded")
    return Translation(tuple(_refunded(refund, sold, shop, test=test) for refund in succeeded))


def check_refunded(charge: Node, refunds: Sequence[Node]) -> None:
    """Hold a charge's refunds against its own sum; refunds that came after the notification may exceed it.

    Raises:
        Untranslatable: they come to less; the problem names both sums.
    """
    stated = charge.minor("amount_refunded", 0)
    total = sum(refund.minor("amount") for refund in refunds if refund.text("status") not in _NOT_DONE)
    if total < stated:
        detail = f"is {stated}, the refunds add up to {total}"
        raise charge.fail("amount_refunded", detail, Reason.ORDER_SUM)


def _sold(charge: Node, invoice_id: str | None, fetched: Mapping[str, Any]) -> Sold:
    if invoice_id is None:
        return Sold(charge.identity("id"), charge.seconds("created"), "one-time")
    answer = fetched.get("invoice")
    placed = paid_at(Node(answer, "invoice")) if isinstance(answer, Mapping) else charge.seconds("created")
    return Sold(invoice_id, placed, "recurring")


def _succeeded(refund: Node) -> bool:
    status = refund.text("status")
    if status not in ("succeeded", *_WAITING, *_NOT_DONE):
        raise refund.fail("status", "not known here")
    return status == "succeeded"


def _released(refund: Node, charge: Node) -> bool:
    """Whether no money came back: it only frees what was authorized and never captured."""
    if not charge.flag("captured", default=True):
        return True
    if not charge.has("amount_captured") or "balance_transaction" not in refund.value:
        return False
    uncaptured = charge.minor("amount") - charge.minor("amount_captured")
    return uncaptured > 0 and not refund.has("balance_transaction") and refund.minor("amount") == uncaptured


def _refunded(refund: Node, sold: Sold, shop: Shop, *, test: bool) -> SaleEvent:
    currency = currency_of(refund, shop)
    sale = Sale(sold.order_id, shop.store_id, currency, sold.placed_at)
    event = {
        **envelope(shop, sale, "sale.refunded", refund.identity("id"), refund.seconds("created")),
        "revenue_stream": sold.revenue_stream,
        "test": test,
        "origin_time": sold.placed_at,
        "refunded": amount(refund, "amount", currency, None),
    }
    return built(event)

"""Stripe charges: the sale where Stripe owns it, and what a refund is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from daybook.producers.adapters.building import built
from daybook.producers.adapters.contract import Fetch, Shop, Translation, Untranslatable
from daybook.producers.adapters.envelope import Sale, envelope
from daybook.producers.adapters.pricing import Sums, sale_line
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.stripe.money import amount, currency_of

MAX_PAGES: Final = 4
"""Pages of 100 that a list may have: the routes give up after five rounds of fetching."""


def translate_charge(charge: Node, shop: Shop, fetched: Mapping[str, Any], *, test: bool) -> Translation:
    """The sale of a captured charge that pays no invoice.

    Raises:
        Untranslatable: whether it pays an invoice is not known.
    """
    if not shop.owns_sales:
        return Translation(ignored="sale_owned_elsewhere")
    if not charge.flag("captured", default=True) or charge.text("status", "succeeded") != "succeeded":
        return Translation(ignored="charge_not_captured")
    if invoice_of(charge, fetched) is not None:
        return Translation(ignored="invoice_is_the_sale")
    currency = currency_of(charge, shop)
    taken = amount(charge, "amount_captured" if charge.has("amount_captured") else "amount", currency, None)
    placed, charge_id = charge.seconds("created"), charge.identity("id")
    event = {
        **envelope(
            shop, Sale(charge_id, shop.store_id, currency, placed), "sale.completed", charge_id, placed
        ),
        "test": test,
        "lines": [sale_line(Sums(taken))],
        "charged": taken,
    }
    return Translation((built(event),))


def invoice_wanted(charge: Node, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
    """What tells whether a charge pays an invoice: since API version 2025-03-31 it does not say so itself."""
    if "invoice" in charge.value or not charge.has("payment_intent") or "invoice_payments" in fetched:
        return ()
    by_intent = (
        ("payment[type]", "payment_intent"),
        ("payment[payment_intent]", reference(charge, "payment_intent")),
    )
    return (Fetch("invoice_payments", "/v1/invoice_payments", by_intent),)


def invoice_of(charge: Node, fetched: Mapping[str, Any]) -> str | None:
    """The id of the invoice that a charge pays, if it pays one.

    Raises:
        Untranslatable: the charge does not say, and what says it could not be fetched.
    """
    if charge.has("invoice"):
        return reference(charge, "invoice")
    if "invoice" in charge.value or not charge.has("payment_intent"):
        return None
    answer = fetched.get("invoice_payments")
    if not isinstance(answer, Mapping):
        raise charge.fail("payment_intent", "whether it pays an invoice could not be fetched")
    payments = Node(answer, "invoice_payments").nodes("data")
    return reference(payments[0], "invoice") if payments else None


def reference(node: Node, name: str) -> str:
    """The id of another object, which Stripe writes as the id or, expanded, as the object.

    Raises:
        Untranslatable: there is none.
    """
    if isinstance(node.value.get(name), Mapping):
        return node.needed(name).text("id")
    return node.text(name)


def listed(node: Node | None, name: str) -> list[Node] | None:
    """All items of a list object; None where it is absent or goes on elsewhere."""
    found = node.node(name) if node is not None else None
    if found is None or found.flag("has_more"):
        return None
    return found.nodes("data")


def pages(fetched: Mapping[str, Any], name: str) -> list[Node] | None:
    """The items of all fetched pages of a list; None where the last is not there yet."""
    items: list[Node] = []
    for number in range(MAX_PAGES):
        answer = fetched.get(f"{name}{number}")
        if not isinstance(answer, Mapping):
            return None
        page = Node(answer, f"{name}{number}")
        items += page.nodes("data")
        if not page.flag("has_more"):
            return items
    raise Untranslatable.because(name, "goes on for too long")

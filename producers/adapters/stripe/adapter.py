"""Stripe's events: timestamped signature, old and new API versions, and one owner of each sale.

A paid invoice is always the sale. A charge is one where the shop says so (``owns_sales``) and it pays no
invoice; sessions and payment intents are the same money once more and never count. Changes of subscriptions
and failed payments are signals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from daybook.producers.adapters import signatures
from daybook.producers.adapters.contract import Adapter, Delivery, Fetch, Notice, Shop, Translation
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.stripe.charges import (
    MAX_PAGES,
    invoice_of,
    invoice_wanted,
    listed,
    pages,
    reference,
    translate_charge,
)
from daybook.producers.adapters.stripe.invoices import translate_invoice
from daybook.producers.adapters.stripe.refunds import check_refunded, translate_refunds
from daybook.producers.adapters.stripe.subscriptions import translate_failure, translate_subscription

_INVOICE_PAID: Final = ("invoice.paid", "invoice.payment_succeeded")
_CHARGE: Final = ("charge.succeeded", "charge.captured")
_FAILED: Final = ("charge.failed", "invoice.payment_failed")
_SUBSCRIPTION: Final = tuple(
    f"customer.subscription.{name}" for name in ("created", "updated", "deleted", "paused", "resumed")
)
_SIGNALS: Final = (*_FAILED, *_SUBSCRIPTION)
_REFUND: Final = ("charge.refund.updated", "refund.created", "refund.updated", "refund.failed")
_KNOWN: Final = (*_INVOICE_PAID, *_CHARGE, *_REFUND, "charge.refunded", *_SIGNALS)
_IGNORED: Final = {
    "invoice": "invoice_not_paid",
    "customer.subscription": "subscription_is_no_sale",
    "checkout.session": "charge_is_the_sale",
    "payment_intent": "charge_is_the_sale",
}


class StripeAdapter(Adapter):
    """Stripe."""

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """Hex HMAC-SHA256 over time, full stop and body; any ``v1`` by any secret, 300 s old at most."""
        del shop
        stated = [part.partition("=") for part in delivery.headers.get("stripe-signature", "").split(",")]
        times = [value.strip() for key, _, value in stated if key.strip() == "t"]
        signed_at = times[0] if times else ""
        refused = signatures.check(
            [value for key, _, value in stated if key.strip() == "v1"],
            secrets,
            lambda secret: signatures.sign_hex(secret, signed_at.encode(), b".", delivery.body),
        )
        if refused is None and not signatures.fresh(signed_at, now):
            return signatures.OLD
        return refused

    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """The event's ``type``, such as invoice.paid."""
        del delivery
        found = payload.get("type")
        return found if isinstance(found, str) else ""

    def wants(self, notice: Notice, shop: Shop, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
        """Lines of a long invoice; refunds that a charge does not list; a refund's charge and invoice."""
        topic = notice.topic
        if topic in _INVOICE_PAID:
            return _lines_wanted(_object(notice.payload), fetched)
        if topic in _CHARGE:
            return invoice_wanted(_object(notice.payload), fetched) if shop.owns_sales else ()
        if topic == "charge.refunded":
            charge = _object(notice.payload)
            listing = () if listed(charge, "refunds") is not None else _refunds_wanted(charge, fetched)
            return (*listing, *_of_sale(charge, fetched))
        if topic in _REFUND:
            refund = _object(notice.payload)
            if "charge" not in fetched and refund.has("charge"):
                return (Fetch("charge", f"/v1/charges/{quote(reference(refund, 'charge'), safe='')}"),)
            charge_found = _fetched(fetched, "charge")
            return _of_sale(charge_found, fetched) if charge_found is not None else ()
        return ()

    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """A paid invoice's snapshot, a charge's sale, the refunds of either; or what a subscription tells."""
        event = Node(payload)
        if shop.account is not None and event.value.get("account") not in (None, shop.account):
            raise event.fail("account", "not the shop's account")
        if topic not in _KNOWN:
            return Translation(ignored=_ignored(topic, shop))
        test = not event.flag("livemode")
        found = _object(payload)
        if topic in _SIGNALS:
            told = translate_failure if topic in _FAILED else translate_subscription
            return told(event, found, topic, shop, test=test)
        if topic in _INVOICE_PAID:
            return translate_invoice(found, _invoice_items(found, fetched), shop, test=test)
        if topic in _CHARGE:
            return translate_charge(found, shop, fetched, test=test)
        return _refunded(event, topic, shop, fetched, test=test)


def _refunded(event: Node, topic: str, shop: Shop, fetched: Mapping[str, Any], *, test: bool) -> Translation:
    found = _object(event.value)
    if topic == "charge.refunded":
        return _charge_refunded(found, shop, fetched, test=test)
    return _refund_changed(event, found, shop, fetched, test=test)


def _charge_refunded(charge: Node, shop: Shop, fetched: Mapping[str, Any], *, test: bool) -> Translation:
    if not shop.owns_sales and invoice_of(charge, fetched) is None:
        return Translation(ignored="sale_owned_elsewhere")
    refunds = listed(charge, "refunds")
    if refunds is None:
        refunds = pages(fetched, "refunds")
    if refunds is None:
        raise charge.fail("refunds", "could not be fetched")
    check_refunded(charge, refunds)
    return translate_refunds(charge, refunds, shop, fetched, test=test)


def _refund_changed(
    event: Node, refund: Node, shop: Shop, fetched: Mapping[str, Any], *, test: bool
) -> Translation:
    previous = event.needed("data").node("previous_attributes")
    if refund.text("status") in ("failed", "canceled"):
        if previous is not None and previous.value.get("status") == "succeeded":
            raise refund.fail("status", "a refund that had succeeded came back: to be corrected by hand")
        return Translation(ignored="refund_not_succeeded")
    charge = _fetched(fetched, "charge")
    if charge is None:
        raise refund.fail("charge", "could not be fetched")
    return translate_refunds(charge, [refund], shop, fetched, test=test)


def _ignored(topic: str, shop: Shop) -> str:
    for prefix, code in _IGNORED.items():
        if topic.startswith(f"{prefix}."):
            return "sale_owned_elsewhere" if code == "charge_is_the_sale" and not shop.owns_sales else code
    return "not_a_sale"


def _object(payload: Mapping[str, Any]) -> Node:
    return Node(payload).needed("data").needed("object")


def _fetched(fetched: Mapping[str, Any], name: str) -> Node | None:
    answer = fetched.get(name)
    return Node(answer, name) if isinstance(answer, Mapping) else None


def _invoice_items(invoice: Node, fetched: Mapping[str, Any]) -> list[Node]:
    items = listed(invoice, "lines")
    if items is None:
        items = pages(fetched, "lines")
    if items is None:
        raise invoice.fail("lines", "could not be fetched")
    return items


def _lines_wanted(invoice: Node, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
    if invoice.text("status") != "paid" or listed(invoice, "lines") is not None:
        return ()
    return _next_page("lines", f"/v1/invoices/{quote(invoice.text('id'), safe='')}/lines", (), fetched)


def _refunds_wanted(charge: Node, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
    return _next_page("refunds", "/v1/refunds", (("charge", charge.text("id")),), fetched)


def _next_page(
    name: str, path: str, params: tuple[tuple[str, str], ...], fetched: Mapping[str, Any]
) -> tuple[Fetch, ...]:
    after: tuple[tuple[str, str], ...] = ()
    for number in range(MAX_PAGES):
        page_name = f"{name}{number}"
        if page_name not in fetched:
            return (Fetch(page_name, path, (*params, ("limit", "100"), *after)),)
        page = _fetched(fetched, page_name)
        items = page.nodes("data") if page is not None else []
        if page is None or not items or not page.flag("has_more"):
            return ()
        after = (("starting_after", items[-1].text("id")),)
    return ()


def _of_sale(charge: Node, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
    """Whether a refunded charge pays an invoice, and when that was paid."""
    wanted = invoice_wanted(charge, fetched)
    if wanted or "invoice" in fetched or fetched.get("invoice_payments", 0) is None:
        return wanted
    invoice_id = invoice_of(charge, fetched)
    return () if invoice_id is None else (Fetch("invoice", f"/v1/invoices/{quote(invoice_id, safe='')}"),)

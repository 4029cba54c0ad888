from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daybook.producers.adapters import signatures
from daybook.producers.adapters.contract import Delivery, Notice, Shop, Translation, Untranslatable
from daybook.producers.adapters.stripe import StripeAdapter
from tests.producers.adapters.books import (
    SHARED,
    captured_payload,
    changed,
    connection,
    example,
    measures,
)

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
STRIPE = StripeAdapter()
SHOP = connection("stripe")
OWNER = connection("stripe", owns_sales=True)
UPGRADE = example("stripe/invoice.paid")
CHARGE = example("stripe/charge.succeeded")
REFUNDED = example("stripe/charge.refunded")
REFUNDS = {"refunds0": example("stripe/refunds")}


def told(payload: Any, shop: Shop = SHOP, **fetched: Any) -> Translation:
    """What an event means."""
    return STRIPE.translate(payload, payload["type"], shop, fetched)


def test_a_proration_is_exact_in_every_measure() -> None:
    """Unused time is a reversal with its tax, a used balance an adjustment: what is left is amount_paid."""
    (event,) = told(UPGRADE).events
    assert event.revenue_stream == "recurring"
    assert measures([event]) == {
        "gross": 3000, "discounts": -300, "reversals": -1000, "tax": 340, "adjustments": -500,
        "orders": 1, "units": 1, "charged": 1540,
    }  # fmt: skip


def test_tax_inside_the_price_and_quantities() -> None:
    """An old invoice of three seats with tax inside; paid and payment_succeeded are one sale."""
    payload = example("stripe/invoice.payment_succeeded")
    (event,) = told(payload).events
    assert measures([event]) == {"gross": 2497, "tax": 500, "orders": 1, "units": 3, "charged": 2997}
    assert told(payload | {"type": "invoice.paid"}).events == (event,)


def test_discount_and_tax_of_the_invoice_alone_are_shared() -> None:
    """Where they stand on no line they are shared over the lines by amount, to the last penny."""
    payload = example("stripe/invoice.payment_succeeded")
    invoice = payload["data"]["object"]
    items = invoice["lines"]["data"]
    items[0] |= {"amount": 1000, "tax_amounts": []}
    items += [{**items[0], "id": "il_b"}, {**items[0], "id": "il_c"}]
    invoice |= {"total_discount_amounts": [{"amount": 100}], "tax": 580, "total": 3480}
    invoice |= {"amount_due": 3480, "amount_paid": 3480}
    assert measures(told(payload).events) == {
        "gross": 3000, "discounts": -100, "tax": 580, "orders": 1, "units": 9, "charged": 3480,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "stated", "minor"), [("jpy", 2997, 2997), ("isk", 299700, 2997), ("mga", 2997, 299700)]
)
def test_currencies_without_minor_units(currency: str, stated: int, minor: int) -> None:
    """Stripe's own way with three currencies becomes ISO 4217's minor units."""
    payload = changed(CHARGE, ["data", "object", "currency"], currency)
    payload["data"]["object"] |= {"amount": stated, "amount_captured": stated}
    assert measures(told(payload, OWNER).events)["charged"] == minor


def test_a_fraction_that_the_currency_has_not_is_refused() -> None:
    """299,750 hundredths are no whole number of krónur."""
    payload = changed(CHARGE, ["data", "object", "currency"], "isk")
    payload["data"]["object"]["amount_captured"] = 299750
    with pytest.raises(Untranslatable, match="finer"):
        told(payload, OWNER)


def test_sums_that_differ_are_named() -> None:
    """Lines against total, and total with balance against what was paid."""
    with pytest.raises(Untranslatable, match="total: is 2041, the lines add up to 2040"):
        told(changed(UPGRADE, ["data", "object", "total"], 2041))
    payload = changed(UPGRADE, ["data", "object", "amount_paid"], 1600)
    with pytest.raises(Untranslatable, match="is 1600, total, balance and credit notes come to 1540"):
        told(payload)


def test_an_invoice_that_only_gives_credit() -> None:
    """A downgrade that costs nothing reverses, and what goes to the balance is an adjustment."""
    payload = changed(
        UPGRADE, ["data", "object", "lines", "data"], UPGRADE["data"]["object"]["lines"]["data"][1:]
    )
    payload["data"]["object"] |= {
        "total_discount_amounts": [], "total": -1200, "starting_balance": 0, "ending_balance": -1200,
        "amount_due": 0, "amount_paid": 0,
    }  # fmt: skip
    left = measures(told(payload).events)
    assert (left["reversals"], left["tax"], left["adjustments"], left["charged"]) == (-1000, -200, 1200, 0)


def test_a_payment_beside_stripe_counts() -> None:
    """Old versions state it in no sum but the flag."""
    payload = example("stripe/invoice.payment_succeeded")
    payload["data"]["object"] |= {"amount_paid": 0, "paid_out_of_band": True}
    assert measures(told(payload).events)["charged"] == 2997


def test_long_invoices_are_fetched_page_by_page() -> None:
    """The event holds the first lines only; the pages are asked for one after the other."""
    payload = changed(UPGRADE, ["data", "object", "lines", "has_more"], value=True)
    notice = Notice("invoice.paid", payload)
    first, second = UPGRADE["data"]["object"]["lines"]["data"]
    with pytest.raises(Untranslatable, match="could not be fetched"):
        told(payload)
    (fetch,) = STRIPE.wants(notice, SHOP, {})
    assert (fetch.name, fetch.path, fetch.params) == (
        "lines0", "/v1/invoices/in_upgrade/lines", (("limit", "100"),),
    )  # fmt: skip
    pages = {"lines0": {"data": [first], "has_more": True}}
    (fetch,) = STRIPE.wants(notice, SHOP, pages)
    assert fetch.params[-1] == ("starting_after", "il_new")
    pages["lines1"] = {"data": [second], "has_more": False}
    assert STRIPE.wants(notice, SHOP, pages) == ()
    assert told(payload, SHOP, **pages) == told(UPGRADE)


def test_exactly_one_notification_of_a_payment_counts() -> None:
    """The captured charge, where the shop says so and it pays no invoice; never a session or an intent."""
    (sale,) = told(CHARGE, OWNER).events
    assert measures([sale]) == {"gross": 4550, "orders": 1, "units": 1, "charged": 4550}
    assert told(CHARGE | {"type": "charge.captured"}, OWNER).events == (sale,)
    assert told(CHARGE).ignored == "sale_owned_elsewhere"
    assert (
        told(changed(CHARGE, ["data", "object", "captured"], value=False), OWNER).ignored
        == "charge_not_captured"
    )
    assert (
        told(changed(CHARGE, ["data", "object", "invoice"], "in_1"), OWNER).ignored == "invoice_is_the_sale"
    )
    for topic in ("checkout.session.completed", "payment_intent.succeeded"):
        assert told({"type": topic}, OWNER).ignored == "charge_is_the_sale"


def test_since_2025_the_invoice_of_a_charge_is_looked_up() -> None:
    """A charge without the field `invoice` pays one if its payment intent does."""
    payload = changed(CHARGE, ["data", "object", "invoice"], None)
    del payload["data"]["object"]["invoice"]
    (fetch,) = STRIPE.wants(Notice("charge.succeeded", payload), OWNER, {})
    assert fetch.path == "/v1/invoice_payments"
    assert ("payment[payment_intent]", "pi_shop") in fetch.params
    with pytest.raises(Untranslatable, match="could not be fetched"):
        told(payload, OWNER)
    assert (
        told(payload, OWNER, invoice_payments={"data": [{"invoice": "in_1"}]}).ignored
        == "invoice_is_the_sale"
    )
    assert told(payload, OWNER, invoice_payments={"data": []}).events == told(CHARGE, OWNER).events


def test_refunds_count_once_by_their_own_id() -> None:
    """Listed, fetched, updated, in any order and repeated: each refund's own amount, once."""
    both = told(REFUNDED, OWNER, **REFUNDS).events
    assert [event.event_id for event in both] == ["re_two", "re_one"]
    earlier = changed(REFUNDED, ["data", "object", "amount_refunded"], 750)
    earlier["data"]["object"]["refunds"] = {"has_more": False, "data": REFUNDS["refunds0"]["data"][1:]}
    one = told(earlier, OWNER).events
    updated = told(example("stripe/refund.updated"), OWNER, charge=REFUNDED["data"]["object"]).events
    assert one == updated
    for events in ([*one, *both, *updated], [*both, *updated, *one]):
        assert measures(events) == {"reversals": -1750, "charged": -1750}


def test_refunds_of_an_invoice_are_recurring_and_know_its_day() -> None:
    """They count although the shop's charges do not, against the invoice."""
    payload = changed(REFUNDED, ["data", "object", "invoice"], "in_seats")
    notice = Notice("charge.refunded", payload)
    assert [f.name for f in STRIPE.wants(notice, SHOP, {})] == ["refunds0", "invoice"]
    invoice = example("stripe/invoice.payment_succeeded")["data"]["object"]
    events = told(payload, SHOP, invoice=invoice, **REFUNDS).events
    assert {(e.order_id, e.revenue_stream.value) for e in events} == {("in_seats", "recurring")}
    assert told(REFUNDED).ignored == "sale_owned_elsewhere"


def test_refunds_below_the_charges_own_sum_are_named() -> None:
    """A list that lacks a refund is not half counted."""
    short = {"refunds0": {"has_more": False, "data": REFUNDS["refunds0"]["data"][:1]}}
    with pytest.raises(Untranslatable, match="is 1750, the refunds add up to 1000"):
        told(REFUNDED, OWNER, **short)


def test_a_refund_that_failed() -> None:
    """Before it had succeeded it never counted; afterwards somebody has to correct it."""
    payload = changed(example("stripe/refund.updated"), ["data", "object", "status"], "failed")
    assert told(payload, OWNER).ignored == "refund_not_succeeded"
    payload["data"]["previous_attributes"]["status"] = "succeeded"
    with pytest.raises(Untranslatable, match="by hand"):
        told(payload, OWNER)


def test_what_is_no_sale() -> None:
    """Other events of subscriptions and invoices have a code each; a test event goes to the test book."""
    assert told({"type": "customer.subscription.trial_will_end"}).ignored == "subscription_is_no_sale"
    assert told({"type": "invoice.upcoming"}).ignored == "invoice_not_paid"
    assert told({"type": "payout.paid"}).ignored == "not_a_sale"
    events = told(UPGRADE | {"livemode": False}).events
    assert measures(events) == {"charged": 0}
    assert measures(events, "test")["charged"] == 1540


def test_signatures() -> None:
    """Several v1 and several keys; missing, wrong, of another key, too old or from the future are refused."""
    body, keys = b'{"type":"invoice.paid"}', [b"old", b"new"]

    def verified(key: bytes = b"new", age: int = 0, signed: bytes = body, extra: str = "") -> str | None:
        at = str(int((NOW - timedelta(seconds=age)).timestamp()))
        header = f"t={at},{extra}v1={signatures.sign_hex(key, at.encode(), b'.', signed)},v0=ff"
        return STRIPE.verify(Delivery(body, {"stripe-signature": header}), SHOP, keys, NOW)

    assert verified() is None
    assert verified(b"old", age=299, extra="v1=00,") is None
    assert verified(b"another shop's") == signatures.WRONG
    assert verified(signed=body + b" ") == signatures.WRONG
    assert verified(age=301) == signatures.OLD
    assert verified(age=-301) == signatures.OLD
    assert STRIPE.verify(Delivery(body), SHOP, keys, NOW) == signatures.MISSING
    assert (
        STRIPE.verify(Delivery(body, {"stripe-signature": "t=1,v0=aa"}), SHOP, keys, NOW)
        == signatures.MISSING
    )


@pytest.mark.skipif(not SHARED.exists(), reason="the captured payloads do not lie beside this checkout")
@pytest.mark.parametrize(
    ("name", "total"),
    [
        ("invoice.paid", 2000),
        ("charge.succeeded", 2000),
        ("charge.refunded", -100),
        ("invoice.payment_failed", 0),
        ("payment_intent.succeeded", 0),
        ("checkout.session.completed.payment_mode", 0),
        ("customer.subscription.created", 0),
        ("customer.subscription.updated", 0),
        ("customer.subscription.deleted", 0),
    ],
)
def test_captured_events_come_to_their_own_totals(name: str, total: int) -> None:
    """All of them are tests; what is no sale leaves nothing."""
    payload = captured_payload(f"stripe/{name}.json")
    translation = told(payload, OWNER)
    assert measures(translation.events, "test")["charged"] == total
    assert bool(translation.ignored or translation.signals) == (not total)
    assert all(each.test for each in translation.signals)
    assert measures([*translation.events, *told(payload, OWNER).events]) == {"charged": 0}

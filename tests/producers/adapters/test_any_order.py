from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.producers.adapters.square import SquareAdapter
from daybook.producers.adapters.stripe import StripeAdapter
from daybook.schemas.events import SaleEvent
from tests.producers.adapters.books import books, changed, connection, example, measures

SQUARE, STRIPE = SquareAdapter(), StripeAdapter()


def square_events() -> list[tuple[SaleEvent, ...]]:
    """A café order as it waits paid, is completed, edited and partly refunded: one notification each."""
    shop = connection("square", locations={"LQUAY": "quay"})
    order = example("square/order")
    fetched = {
        "order": order,
        "payment": example("square/payment"),
        "return": example("square/return-order"),
    }
    waiting = changed(order, ["order", "state"], "OPEN")
    waiting["order"] |= {"version": 5, "updated_at": "2026-03-02T12:19:59Z", "closed_at": None}
    tipped = changed(order, ["order", "total_tip_money", "amount"], 250)
    tipped["order"] |= {"version": 9, "updated_at": "2026-03-02T12:40:00Z"}
    tipped["order"]["total_money"]["amount"] += 100
    notice, refund = example("square/order.updated"), example("square/refund.updated")
    pending = changed(refund, ["data", "object", "refund", "status"], "PENDING")
    orders = [SQUARE.translate(notice, "order.updated", shop, {"order": o}) for o in (waiting, order, tipped)]
    refunds = [SQUARE.translate(r, r["type"], shop, fetched) for r in (pending, refund)]
    return [translation.events for translation in [*orders, *refunds]]


def stripe_events() -> list[tuple[SaleEvent, ...]]:
    """A charge, its two refunds told cumulatively and one by one, and an invoice under both its names."""
    shop = connection("stripe", owns_sales=True)
    charge, refunded = example("stripe/charge.succeeded"), example("stripe/charge.refunded")
    listed = example("stripe/refunds")
    fetched: dict[str, Any] = {"refunds0": listed, "charge": refunded["data"]["object"]}
    first = changed(refunded, ["data", "object", "amount_refunded"], 750)
    first["data"]["object"]["refunds"] = {"has_more": False, "data": listed["data"][1:]}
    invoice = example("stripe/invoice.paid")
    told = [charge, refunded, first, example("stripe/refund.updated"), invoice]
    told.append(invoice | {"type": "invoice.payment_succeeded", "id": "evt_other"})
    return [STRIPE.translate(payload, payload["type"], shop, fetched).events for payload in told]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_notifications_twice_and_in_any_order_leave_the_same_ledger(data: st.DataObject) -> None:
    """Whatever comes again, and however they overtake each other, every total is the same."""
    for told in (SQUARE_EVENTS, STRIPE_EVENTS):
        again = data.draw(st.lists(st.sampled_from(told), max_size=6))
        order = data.draw(st.permutations([*told, *again]))
        assert books(itertools.chain(*order)) == books(itertools.chain(*told))


def test_what_they_leave_is_right() -> None:
    """Square: the newest tip and one mug back. Stripe: charge less refunds, and what the invoice was paid."""
    assert measures(itertools.chain(*SQUARE_EVENTS))["charged"] == 5123 - 945
    assert measures(itertools.chain(*STRIPE_EVENTS))["charged"] == 4550 - 1750 + 1540


SQUARE_EVENTS, STRIPE_EVENTS = square_events(), stripe_events()

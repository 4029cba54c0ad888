"""What other systems tell beside sales: subscriptions, failed payments, carts, checkouts and deals."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from daybook.ledger.arrivals import Record
from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.ratios import mrr
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.signals.totals import merged
from daybook.producers.adapters.contract import Translation, Untranslatable
from daybook.producers.adapters.hubspot import HubSpotAdapter
from daybook.producers.adapters.pipedrive import PipedriveAdapter
from daybook.producers.adapters.shopify import ShopifyAdapter
from daybook.producers.adapters.stripe import StripeAdapter
from daybook.schemas.signals.any import Signal, encode_signal
from daybook.schemas.signals.revenue import SubscriptionChanged
from daybook.schemas.stores import DayRule, StoreEntry
from tests.producers.adapters.books import SHARED, captured_payload, connection, example

_AT = 1_772_000_000
_LATER = int(datetime(2026, 3, 20, tzinfo=UTC).timestamp() * 1000)
SHOP = connection("stripe")


def subscription(status: str = "active", items: Any = None, **more: Any) -> dict[str, Any]:
    """A subscription of 15.00 a month, as Stripe tells it."""
    return {
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "currency": "usd", "status": status,
        "items": {"object": "list", "data": items or [price(1500)]}, **more,
    }  # fmt: skip


def price(amount: int, interval: str = "month", count: int = 1, quantity: int = 1, **more: Any) -> Any:
    """An item of a subscription."""
    recurring = {"interval": interval, "interval_count": count, "usage_type": "licensed", **more}
    held = {"currency": "usd", "unit_amount": amount, "recurring": recurring}
    return {"id": "si_1", "price": held, "quantity": quantity}


def event(kind: str, found: Any, at: int = _AT, previous: Any = None) -> Translation:
    """What an event means."""
    data = {"object": found} | ({"previous_attributes": previous} if previous is not None else {})
    payload = {"id": f"evt_{kind}_{at}", "type": kind, "created": at, "livemode": True, "data": data}
    return StripeAdapter().translate(payload, kind, SHOP, {})


def counted(signals: list[Signal], stores: tuple[str, ...] = ("web", "field")) -> dict[str, int]:
    """All measures of these signals."""
    calendar = Calendar([StoreEntry(store_id=name, days=[DayRule(zone="UTC")]) for name in stores])
    ledger = SignalLedger(0, 1, calendar)
    ledger.fold([Record(place, _LATER, encode_signal(signal)) for place, signal in enumerate(signals)])
    assert ledger.position.dead == 0
    found: dict[str, int] = {}
    for name, measures in merged([ledger.totals]).items():
        if name.dimension == "store":
            for measure, value in measures.items():
                found[measure] = found.get(measure, 0) + value
    return found


def test_a_subscriptions_life_comes_to_its_mrr_in_any_order() -> None:
    """Started at 15, a second seat, payment failed, active again, ended: all orders leave the same totals."""
    two = subscription(items=[price(1500, quantity=2)])
    due = {**two, "status": "past_due"}
    told = [
        *event("customer.subscription.created", subscription()).signals,
        *event("customer.subscription.updated", two, _AT + 10, {"items": subscription()["items"]}).signals,
        *event("customer.subscription.updated", due, _AT + 20, {"status": "active"}).signals,
        *event("customer.subscription.updated", two, _AT + 30, {"status": "past_due"}).signals,
    ]  # fmt: skip
    changes = [each.change.value for each in told if isinstance(each, SubscriptionChanged)]
    assert changes == [
        "started",
        "upgraded",
        "payment_failed",
        "renewed",
    ]
    for order in itertools.permutations(told):
        measures = counted(list(order))
        assert (mrr(measures), measures["mrr_new"], measures["mrr_expansion"]) == (3000, 1500, 1500)
    end = event("customer.subscription.deleted", {**two, "status": "canceled"}, _AT + 40).signals
    measures = counted([*told, *end])
    assert (mrr(measures), measures["subscribers_churned"], measures["mrr_churn"]) == (0, 1, -3000)


@pytest.mark.parametrize(
    ("items", "monthly"),
    [
        ([price(12000, "year")], 1000),
        ([price(1000, "week")], 4333),
        ([price(3000, "month", 3)], 1000),
        ([price(1200, "year"), price(500)], 600),
        ([price(1500), price(9, usage_type="metered")], 1500),
    ],
)
def test_every_interval_is_brought_to_a_month(items: list[Any], monthly: int) -> None:
    """Years, quarters and weeks (52 a year) come to their part of a month; metered use is left out."""
    told = event("customer.subscription.created", subscription(items=items)).signals
    assert mrr(counted(list(told))) == monthly


def test_a_lasting_discount_is_taken_off_and_one_of_a_first_month_is_not() -> None:
    """A fifth off for good leaves 12 of 15; off once leaves 15."""
    for duration, monthly in (("forever", 1200), ("once", 1500)):
        found = subscription(discount={"coupon": {"duration": duration, "percent_off": 20}})
        assert mrr(counted(list(event("customer.subscription.created", found).signals))) == monthly


def test_what_tells_nothing_of_revenue_is_named() -> None:
    """One that has not begun, and a change of nothing; a price in tiers is of unknown meaning."""
    assert (
        event("customer.subscription.created", subscription("incomplete")).ignored == "subscription_not_begun"
    )
    changed = event("customer.subscription.updated", subscription(), previous={"schedule": "x"})
    assert changed.ignored == "subscription_unchanged"
    with pytest.raises(Untranslatable, match="tiers"):
        event("customer.subscription.created", subscription(items=[price(None)]))  # type: ignore[arg-type]


def test_a_failed_payment_counts_once_whoever_tells_of_it() -> None:
    """The charge and the invoice that names it are one failure, by gateway and reason."""
    charge = event("charge.failed", {"id": "ch_1", "failure_code": "card_declined"}).signals
    invoice = event("invoice.payment_failed", {"id": "in_1", "charge": "ch_1"}, _AT + 1).signals
    assert counted([*charge, *invoice])["payment_failures"] == 1
    assert event("invoice.payment_failed", {"id": "in_2", "charge": None}).ignored == "charge_tells_it"


def test_a_shopify_session_is_its_cart_from_cart_to_order() -> None:
    """A cart changed twice, its checkout and the order are one session; nobody's address is kept."""
    shop, adapter = connection("shopify"), ShopifyAdapter()
    cart = {"id": "c1", "token": "c1", "created_at": "2026-03-05T09:00:00Z", "line_items": [{"id": 1}]}
    begun = {
        "cart_token": "c1", "token": "k1", "created_at": "2026-03-05T09:05:00Z", "email": "kim@example.org",
        "completed_at": "2026-03-05T09:09:00Z",
    }  # fmt: skip
    notices: list[tuple[str, dict[str, Any]]] = [
        ("carts/create", cart),
        ("carts/update", cart),
        ("checkouts/update", begun),
    ]
    told = [each for topic, body in notices for each in adapter.translate(body, topic, shop, {}).signals]
    order = {**example("shopify/order-placed"), "cart_token": "c1"}
    told += adapter.translate(order, "orders/create", shop, {}).signals
    measures = counted(told)
    assert {name: measures[name] for name in ("sessions", "carts", "checkouts", "purchases")} == {
        "sessions": 1, "carts": 1, "checkouts": 1, "purchases": 1,
    }  # fmt: skip
    assert not any(b"kim@" in encode_signal(each) for each in told)
    assert adapter.translate({**cart, "line_items": []}, "carts/create", shop, {}).ignored == "empty_cart"


@pytest.mark.skipif(not SHARED.exists(), reason="the captured payloads do not lie beside this checkout")
def test_captured_payloads_become_signals() -> None:
    """Stripe's subscriptions, Pipedrive's and HubSpot's deals as they were really sent are all readable."""
    for name in ("created", "updated", "deleted"):
        payload = captured_payload(f"stripe/customer.subscription.{name}.json")
        found = StripeAdapter().translate(payload, payload["type"], SHOP, {})
        assert found.signals or found.ignored == "subscription_unchanged"
    failed = captured_payload("stripe/invoice.payment_failed.json")
    assert StripeAdapter().translate(failed, failed["type"], SHOP, {}).signals
    for name in ("added", "updated"):
        hook = captured_payload(f"crm/pipedrive-{name}.deal.json")["body"]
        told = PipedriveAdapter().translate(hook, f"{name}.deal", connection("pipedrive"), {}).signals
        assert counted(list(told), ("web", "high-street"))["deals_created"] == 1
    deal = captured_payload("crm/hubspot-deal.json")["body"]
    told = HubSpotAdapter().translate(deal, "workflow", connection("hubspot", currency="USD"), {}).signals
    assert counted(list(told), ("web", "high-street"))["deals_created"] == 1


def test_a_deal_moves_from_pipeline_to_won_and_out_when_it_is_deleted() -> None:
    """Pipedrive: open adds to the pipeline, won takes it out and counts; deleted leaves nothing of it."""
    won = example("pipedrive/updated.deal")
    base = {**won["current"], "status": "open", "first_won_time": None}
    adapter, shop = PipedriveAdapter(), connection("pipedrive", account="909")
    at = won["meta"]["timestamp_micro"]
    begun = {
        **won, "current": base, "previous": None,
        "meta": {**won["meta"], "timestamp_micro": at - 10_000_000},
    }  # fmt: skip
    gone = {
        "meta": {**won["meta"], "action": "delete", "timestamp_micro": at + 9_000_000},
        "data": None, "previous": won["current"],
    }  # fmt: skip
    opened = adapter.translate(begun, "updated.deal", shop, {}).signals
    closed = adapter.translate(won, "updated.deal", shop, {}).signals
    deleted = adapter.translate(gone, "delete.deal", shop, {}).signals
    stores = (shop.store_id, "web")
    assert counted(list(opened), stores)["pipeline_value"] == 499950
    measures = counted([*closed, *opened], stores)
    assert (measures.get("pipeline_value", 0), measures["deals_won"], measures["won_value"]) == (0, 1, 499950)
    left = counted([*deleted, *closed, *opened], stores)
    assert (left.get("pipeline_value", 0), left.get("deals_won", 0), left.get("won_value", 0)) == (0, 0, 0)

"""Stripe's subscriptions as signals: what each brings a month, and what has happened to it.

The amount follows Stripe's definition of monthly recurring revenue: licensed prices times their quantities,
less a discount that lasts, without tax and metered use.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import lcm
from typing import Any, Final, NamedTuple

import orjson

from daybook.producers.adapters.contract import Shop, Translation
from daybook.producers.adapters.identity import content_tie, snapshot_version
from daybook.producers.adapters.reading import Node
from daybook.producers.adapters.signalling import signal
from daybook.producers.adapters.stripe.money import amount, currency_of
from daybook.schemas.rounding import divide

_STATES: Final = {
    **{name: name for name in ("trialing", "active", "past_due", "paused", "unpaid")},
    "canceled": "cancelled",
}
"""Others (``incomplete``, ``incomplete_expired``) have not begun."""
_NAMED: Final = {"created": "started", "deleted": "cancelled", "paused": "paused", "resumed": "resumed"}
_PRICE: Final = ("items", "plan", "quantity", "discount")
_A_YEAR: Final = {"day": 365, "week": 52}
_LONGEST: Final = 120
_LAST: Final = 999
"""An end comes after whatever else is told of its second."""


class _Revenue(NamedTuple):
    """Minor units for so many months."""

    amount: int
    months: int


def translate_subscription(event: Node, found: Node, topic: str, shop: Shop, *, test: bool) -> Translation:
    """The signal of a change of a subscription; none where it changes nothing that counts.

    Raises:
        Untranslatable: a price in tiers, or another thing of unknown meaning.
    """
    state = _STATES.get(found.text("status"))
    if state is None:
        return Translation(ignored="subscription_not_begun")
    if found.node("pause_collection") is not None and state == "active":
        state = "paused"  # nothing is collected for now
    previous = event.needed("data").node("previous_attributes")
    change = _NAMED.get(topic.rpartition(".")[2]) or _change(found, previous, state, shop)
    if change is None:
        return Translation(ignored="subscription_unchanged")
    currency = currency_of(found if found.has("currency") else _prices(found)[0], shop)
    revenue = _revenue(found, currency)
    at = event.seconds("created")
    tie = content_tie(_rank(change), orjson.dumps(found.value, default=str))
    told = signal(
        shop, "subscription.changed", event.identity("id"), found.identity("customer"), at,
        subscription_id=found.identity("id"),
        version=snapshot_version(at, tie),
        change=change,
        state=state,
        currency=currency,
        amount=revenue.amount,
        interval_months=revenue.months,
        test=test or None,
    )  # fmt: skip
    return Translation(signals=(told,))


def translate_failure(event: Node, found: Node, topic: str, shop: Shop, *, test: bool) -> Translation:
    """A payment that failed, told by the charge or by an invoice that names it: the same one for both."""
    charge = found.identity("id") if topic == "charge.failed" else found.optional_identity("charge")
    if charge is None:
        return Translation(ignored="charge_tells_it")
    reason = found.optional_identity("failure_code") or "payment_failed"
    told = signal(
        shop, "payment.failed", f"failed-{charge}", charge, event.seconds("created"),
        gateway="stripe", reason=reason, test=test or None,
    )  # fmt: skip
    return Translation(signals=(told,))


def _rank(change: str) -> int:
    return {"started": 0, "cancelled": _LAST}.get(change, 1)


def _change(found: Node, previous: Node | None, state: str, shop: Shop) -> str | None:
    """What an update means, by what it says was there before."""
    before = previous.value if previous is not None else {}
    old = before.get("status")
    if state != "paused" and (old == "paused" or before.get("pause_collection") is not None):
        return "resumed"
    if state == "paused" and (old is not None or "pause_collection" in before):
        return "paused"
    if state == "cancelled":
        return "cancelled"
    if old is not None:
        return "payment_failed" if state in ("past_due", "unpaid") else "renewed"
    if any(name in before for name in _PRICE):
        return _dearer(found, before, shop)
    return "renewed" if "current_period_end" in before or "latest_invoice" in before else None


def _dearer(found: Node, before: Mapping[str, Any], shop: Shop) -> str:
    was = Node({**found.value, **before}, found.path)
    now, then = (_revenue(each, currency_of(_prices(each)[0], shop)) for each in (found, was))
    grown = now.amount * then.months - then.amount * now.months
    return "downgraded" if grown < 0 else "upgraded" if grown else "renewed"


def _revenue(found: Node, currency: str) -> _Revenue:
    items = [each for each in map(_item, _items(found)) if each is not None]
    months = lcm(*(each.months for each in items)) if items else 1
    if months > _LONGEST:
        raise found.fail("items", "intervals that no common one is found for")
    exact = sum((each.price * (months // each.months) for each in items), Decimal(0))
    whole = int(exact.quantize(Decimal(1), "ROUND_HALF_UP"))
    # Through Stripe's own reader: three currencies are not stated in minor units.
    stated = amount(Node({"amount": whole}, found.at("items")), "amount", currency)
    return _Revenue(_discounted(found, stated, currency), months)


class _Item(NamedTuple):
    price: Decimal
    months: int


def _item(item: Node) -> _Item | None:
    price = item.needed("price")
    recurring = price.needed("recurring")
    if recurring.text("usage_type", "licensed") != "licensed":
        return None
    stated = price.value.get("unit_amount_decimal") or price.value.get("unit_amount")
    if stated is None:
        raise price.fail("unit_amount", "a price in tiers is not known here")
    each = Decimal(str(stated)) * item.whole("quantity", 1)
    interval, count = recurring.text("interval"), max(recurring.whole("interval_count", 1), 1)
    if interval in _A_YEAR:
        return _Item(each * _A_YEAR[interval] / count, 12)
    if interval not in ("month", "year"):
        raise recurring.fail("interval", "not known here")
    return _Item(each, count * (12 if interval == "year" else 1))


def _discounted(found: Node, stated: int, currency: str) -> int:
    discount = found.node("discount")
    coupon = discount.node("coupon") if discount is not None else None
    if coupon is None or coupon.text("duration", "once") == "once":
        return stated
    if coupon.has("percent_off"):
        left = 100 - Decimal(str(coupon.value["percent_off"]))
        numerator, denominator = (left / 100).as_integer_ratio()
        return divide(stated * numerator, denominator)
    return max(stated - amount(coupon, "amount_off", currency), 0)


def _items(found: Node) -> list[Node]:
    return found.needed("items").nodes("data")


def _prices(found: Node) -> list[Node]:
    prices = [item.needed("price") for item in _items(found)]
    if not prices:
        raise found.fail("items", "holds no price")
    return prices

"""A subscriber and what all their subscriptions bring a month.

MRR and its movement as Stripe publishes them (Billing analytics, metric definitions): the monthly value of
active and past due subscriptions; a subscriber churns when their last one ends, and a second cancellation
of two is a contraction first. Each currency is looked at by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.facts import Fact, Poster, SignalLine, place_of, seconds
from daybook.schemas.rounding import divide
from daybook.schemas.signals.any import Signal
from daybook.schemas.signals.revenue import SubscriptionChange, SubscriptionChanged, SubscriptionState

_PAYING: Final = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE})
_COUNTED: Final = {change: f"subscriptions_{change.value}" for change in SubscriptionChange} | {
    SubscriptionChange.PAYMENT_FAILED: "subscription_payments_failed"
}


def subscription_fact(signal: Signal, calendar: Calendar) -> Fact:
    """One subscription's state at a version. Raises what ``place_of`` raises."""
    if not isinstance(signal, SubscriptionChanged):
        raise TypeError(signal.type)
    paying = signal.state in _PAYING
    monthly = divide(signal.amount, signal.interval_months) if paying else 0
    return Fact(
        signal.version,
        seconds(signal.time),
        place_of(signal, calendar),
        signal.change.value,
        (signal.subscription_id, signal.currency, monthly),
    )


def subscriber_lines(facts: Collection[Fact], calendar: Calendar) -> list[SignalLine]:
    """How every change moved the monthly revenue of a subscriber."""
    poster = Poster(calendar)
    accounts: defaultdict[str, _Account] = defaultdict(_Account)
    for fact in _in_order(facts):
        subscription, currency, amount = str(fact.detail[0]), str(fact.detail[1]), int(fact.detail[2])
        poster.post(fact.place, fact.time, {_COUNTED[SubscriptionChange(fact.what)]: 1}, currency)
        for other, account in accounts.items():
            if other != currency:
                # A subscription has one currency at a time.
                poster.post(fact.place, fact.time, account.set(subscription, 0), other)
        poster.post(fact.place, fact.time, accounts[currency].set(subscription, amount), currency)
    return poster.lines


class _Account:
    """What a subscriber pays a month in one currency, by subscription."""

    def __init__(self) -> None:
        self._monthly: dict[str, int] = {}
        self._paid_before = False

    def set(self, subscription: str, amount: int) -> dict[str, int]:
        """Take over a subscription's monthly amount; the movement of the whole."""
        before = sum(self._monthly.values())
        self._monthly[subscription] = amount
        after = sum(self._monthly.values())
        movement = _movement(before, after, again=self._paid_before)
        self._paid_before = self._paid_before or after > 0
        return movement


def _in_order(facts: Collection[Fact]) -> list[Fact]:
    """By time, and each subscription by its versions, whatever their clocks said."""
    latest: dict[str, int] = {}
    timed = []
    for fact in sorted(facts):
        name = str(fact.detail[0])
        latest[name] = max(fact.time, latest.get(name, 0))
        timed.append((latest[name], fact))
    return [fact._replace(time=time) for time, fact in sorted(timed)]


def _movement(before: int, after: int, *, again: bool) -> dict[str, int]:
    change = after - before
    if before == 0 and after > 0:
        kind, people = ("reactivation", "reactivated") if again else ("new", "new")
        return {f"mrr_{kind}": change, f"subscribers_{people}": 1}
    if before > 0 and after == 0:
        return {"mrr_churn": change, "subscribers_churned": 1}
    return {"mrr_expansion": max(change, 0), "mrr_contraction": min(change, 0)}

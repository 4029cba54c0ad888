"""A subscriber and what all their subscriptions bring a month.

MRR and its movement as Stripe publishes them (Billing analytics, metric definitions): the monthly value of
active and past due subscriptions; a subscriber churns when their last one ends, and a second cancellation
of two is a contraction first. Each currency is looked at by itself. Stripe knows no stores: a
subscription that goes over to another store or person takes its revenue along and moves nothing of the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.facts import Fact, Place, Poster, SignalLine, place_of, seconds
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
    """How every change moved the monthly revenue of a subscriber, and from where to where."""
    poster = Poster(calendar)
    accounts: defaultdict[str, _Account] = defaultdict(_Account)
    for fact in _in_order(facts):
        subscription, currency, amount = str(fact.detail[0]), str(fact.detail[1]), int(fact.detail[2])
        poster.post(fact.place, fact.time, {_COUNTED[SubscriptionChange(fact.what)]: 1}, currency)
        for other, account in accounts.items():
            if other != currency:
                # A subscription has one currency at a time.
                _post(poster, fact, other, account.set(subscription, _Paid(0, fact.place)))
        _post(poster, fact, currency, accounts[currency].set(subscription, _Paid(amount, fact.place)))
    return poster.lines


def _post(poster: Poster, fact: Fact, currency: str, movements: Iterable[_Movement]) -> None:
    for place, measures in movements:
        poster.post(place, fact.time, measures, currency)


class _Paid(NamedTuple):
    """What a subscription brings a month, and where that counts."""

    monthly: int
    place: Place


_Movement = tuple[Place, dict[str, int]]


class _Account:
    """What a subscriber pays a month in one currency, by subscription, the oldest first."""

    def __init__(self) -> None:
        self._paid: dict[str, _Paid] = {}
        self._paid_before = False

    def set(self, subscription: str, paid: _Paid) -> list[_Movement]:
        """Take over what a subscription pays, and where; how that moves the whole."""
        before, home, old = self._whole(), self._home(), self._paid.get(subscription)
        if old is not None and old.monthly and not paid.monthly:
            # What ends, ends where it stood.
            paid = _Paid(0, old.place)
        self._paid[subscription] = paid
        after, new_home = self._whole(), self._home()
        found: list[_Movement] = []
        if old is not None and old.monthly and old.place != paid.place:
            found = [(old.place, {"mrr_moved": -old.monthly}), (paid.place, {"mrr_moved": old.monthly})]
        if home is not None and new_home is not None and home != new_home:
            found += [(home, {"subscribers_moved": -1}), (new_home, {"subscribers_moved": 1})]
        found.append((paid.place, _movement(before, after, again=self._paid_before)))
        self._paid_before = self._paid_before or after > 0
        return found

    def _whole(self) -> int:
        return sum(paid.monthly for paid in self._paid.values())

    def _home(self) -> Place | None:
        """Where the subscriber counts: with the oldest subscription that brings something."""
        return next((paid.place for paid in self._paid.values() if paid.monthly), None)


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

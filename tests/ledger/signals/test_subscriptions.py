"""Monthly revenue and churn by Stripe's definitions, by hand-made examples; and where they stand."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from daybook.ledger.signals import ratios
from daybook.ledger.signals.state import SignalLedger
from tests.ledger.signals.makers import counted, subscription, totals, whole


def _of(ledger: SignalLedger, dimension: str, key: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for name, measures in totals(ledger).items():
        if (name.dimension, name.key) == (dimension, key):
            found.update(measures)
    return found


def test_mrr_normalises_yearly_plans_to_a_month() -> None:
    """One subscriber at 100 a month and one at 1,200 a year bring 200 a month (Stripe, Billing analytics)."""
    ledger = counted(
        [
            subscription(1, "ann", 0, 10_000),
            subscription(2, "ben", 0, 120_000, interval_months=12),
        ]
    )
    assert ratios.mrr(whole(ledger)) == 20_000
    assert ratios.subscribers(whole(ledger)) == 2


def test_trials_bring_nothing_until_they_are_active_and_unpaid_ones_no_more() -> None:
    """A trial is not in MRR; becoming active it is new, past due it stays, unpaid it has churned."""
    ledger = counted(
        [
            subscription(1, "ann", 0, 5_000, state="trialing"),
            subscription(2, "ann", 10, 5_000, state="active", change="renewed"),
            subscription(3, "ann", 20, 5_000, state="past_due", change="payment_failed"),
            subscription(4, "ann", 30, 5_000, state="unpaid", change="payment_failed"),
        ]
    )
    measures = whole(ledger)
    assert (measures["mrr_new"], measures["mrr_churn"]) == (5_000, -5_000)
    assert measures["subscription_payments_failed"] == 2
    assert ratios.mrr(measures) == 0


def test_the_first_of_two_cancellations_is_a_contraction_and_the_second_the_churn() -> None:
    """Who cancels one of two subscriptions has not churned; the second cancellation is the churn (Stripe)."""
    ledger = counted(
        [
            subscription(1, "ann", 0, 3_000),
            subscription(2, "ann", 1, 2_000, subscription_id="ann-b"),
            subscription(3, "ann", 2, 0, change="cancelled", state="cancelled"),
            subscription(4, "ann", 3, 0, subscription_id="ann-b", change="cancelled", state="cancelled"),
            subscription(5, "ann", 4, 4_000, change="started"),
        ]
    )
    measures = whole(ledger)
    assert measures["mrr_new"] == 3_000
    assert measures["mrr_expansion"] == 2_000
    assert measures["mrr_contraction"] == -3_000
    assert measures["mrr_churn"] == -2_000
    assert measures["mrr_reactivation"] == 4_000
    assert (measures["subscribers_churned"], measures["subscribers_reactivated"]) == (1, 1)


def test_a_subscription_that_moves_takes_its_revenue_along() -> None:
    """Sold by kim at one store, dearer with lee at another, cancelled from the first: it stands once."""
    states: list[tuple[int, dict[str, Any]]] = [
        (3_000, {"staff_id": "kim"}),
        (5_000, {"staff_id": "lee", "store_id": "quay", "change": "upgraded"}),
        (0, {"staff_id": "kim", "change": "cancelled", "state": "cancelled"}),
    ]
    moved = {"mrr_new": 3_000, "mrr_moved": 0, "mrr_expansion": 2_000, "mrr_contraction": 0}
    then: list[tuple[dict[str, int], dict[str, int]]] = [
        ({"web": 3_000}, {"kim": 1}),
        ({"quay": 5_000}, {"lee": 1}),
        ({}, {}),
    ]
    for known, (stands, counts) in enumerate(then, 1):
        values = [
            subscription(n, "ann", n, amount, **more) for n, (amount, more) in enumerate(states[:known])
        ]
        ledger = counted(values)
        revenue = {store: ratios.mrr(whole(ledger, store)) for store in ("web", "quay")}
        assert {store: value for store, value in revenue.items() if value} == stands
        people = {who: ratios.subscribers(_of(ledger, "staff", who)) for who in ("kim", "lee")}
        assert {who: value for who, value in people.items() if value} == counts
        if known == 2:
            together = Counter(whole(ledger, "web"))
            together.update(whole(ledger, "quay"))
            assert {name: together[name] for name in moved} == moved
        if known == 3:
            assert (whole(ledger, "web").get("mrr_churn"), whole(ledger, "quay")["mrr_churn"]) == (
                None,
                -5_000,
            )


def test_a_subscriber_counts_where_their_oldest_subscription_is() -> None:
    """Of two at two stores the older ends, then the other: neither store keeps them, nobody churned twice."""
    ended = {"change": "cancelled", "state": "cancelled"}
    second: dict[str, Any] = {"subscription_id": "ann-b", "store_id": "quay"}
    values = [
        subscription(1, "ann", 0, 3_000),
        subscription(2, "ann", 1, 2_000, **second),
        subscription(3, "ann", 2, 0, **ended),
        subscription(4, "ann", 3, 0, **second, **ended),
    ]
    for known, stands in ((2, (1, 0)), (3, (0, 1)), (4, (0, 0))):
        ledger = counted(values[:known])
        assert tuple(ratios.subscribers(whole(ledger, store)) for store in ("web", "quay")) == stands
        churned = [whole(ledger, store).get("subscribers_churned", 0) for store in ("web", "quay")]
        assert churned == [0, int(known == 4)]


def test_of_one_store_who_came_from_another_may_churn_there() -> None:
    """None active, four came from elsewhere, one churned: a quarter; where they came from nobody is new."""
    assert ratios.churn_rate({}, {"subscribers_moved": 4, "subscribers_churned": 1}) == Fraction(1, 4)
    left = {"subscribers_moved": -4, "subscribers_churned": 1}
    assert ratios.churn_rate({"subscribers_new": 10, "subscribers_moved": -2}, left) == Fraction(1, 8)


def test_churn_rate_counts_those_who_start_and_leave_within_the_days_in_both_parts() -> None:
    """20 active 30 days ago, 5 new since, 3 churned, one of them new: 3 of 25 (Stripe, churn rate)."""
    before = {"subscribers_new": 22, "subscribers_churned": 2}
    during = {"subscribers_new": 5, "subscribers_churned": 3}
    assert ratios.churn_rate(before, during) == Fraction(3, 25)
    assert ratios.churn_rate({}, {}) is None

"""The definitions of signal measures, by hand-made examples from the sources that their docstrings name."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from daybook.ledger.signals import ratios
from tests.ledger.signals.makers import START, counted, told, totals, whole

_DAY = 24 * 60


def _subscription(number: int, who: str, minutes: float, amount: int, **more: Any) -> bytes:
    fields = {
        "subject_id": who,
        "subscription_id": f"{who}-a",
        "version": number,
        "change": "started",
        "state": "active",
        "currency": "USD",
        "amount": amount,
    }
    return told("subscription.changed", number, minutes, **(fields | more))


def test_mrr_normalises_yearly_plans_to_a_month() -> None:
    """One subscriber at 100 a month and one at 1,200 a year bring 200 a month (Stripe, Billing analytics)."""
    ledger = counted(
        [
            _subscription(1, "ann", 0, 10_000),
            _subscription(2, "ben", 0, 120_000, interval_months=12),
        ]
    )
    assert ratios.mrr(whole(ledger)) == 20_000
    assert ratios.subscribers(whole(ledger)) == 2


def test_trials_bring_nothing_until_they_are_active_and_unpaid_ones_no_more() -> None:
    """A trial is not in MRR; becoming active it is new, past due it stays, unpaid it has churned."""
    ledger = counted(
        [
            _subscription(1, "ann", 0, 5_000, state="trialing"),
            _subscription(2, "ann", 10, 5_000, state="active", change="renewed"),
            _subscription(3, "ann", 20, 5_000, state="past_due", change="payment_failed"),
            _subscription(4, "ann", 30, 5_000, state="unpaid", change="payment_failed"),
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
            _subscription(1, "ann", 0, 3_000),
            _subscription(2, "ann", 1, 2_000, subscription_id="ann-b"),
            _subscription(3, "ann", 2, 0, change="cancelled", state="cancelled"),
            _subscription(4, "ann", 3, 0, subscription_id="ann-b", change="cancelled", state="cancelled"),
            _subscription(5, "ann", 4, 4_000, change="started"),
        ]
    )
    measures = whole(ledger)
    assert measures["mrr_new"] == 3_000
    assert measures["mrr_expansion"] == 2_000
    assert measures["mrr_contraction"] == -3_000
    assert measures["mrr_churn"] == -2_000
    assert measures["mrr_reactivation"] == 4_000
    assert (measures["subscribers_churned"], measures["subscribers_reactivated"]) == (1, 1)


def test_churn_rate_counts_those_who_start_and_leave_within_the_days_in_both_parts() -> None:
    """20 active 30 days ago, 5 new since, 3 churned, one of them new: 3 of 25 (Stripe, churn rate)."""
    before = {"subscribers_new": 22, "subscribers_churned": 2}
    during = {"subscribers_new": 5, "subscribers_churned": 3}
    assert ratios.churn_rate(before, during) == Fraction(3, 25)
    assert ratios.churn_rate({}, {}) is None


def test_nps_is_promoters_less_detractors() -> None:
    """Of ten answers five promote, three detract: a score of 20 (Reichheld)."""
    scores = [10, 9, 9, 10, 9, 8, 7, 6, 0, 3]
    ledger = counted(
        [told("satisfaction.answered", n, kind="nps", score=score) for n, score in enumerate(scores)]
    )
    assert ratios.nps(whole(ledger)) == 20


def test_csat_is_the_part_that_is_satisfied_and_is_not_shown_of_a_few_answers() -> None:
    """Of five answers three give 4 or 5: three fifths; of four answers nothing is said."""
    scores = [5, 4, 4, 3, 1]
    values = [told("satisfaction.answered", n, kind="csat", score=score) for n, score in enumerate(scores)]
    assert ratios.csat(whole(counted(values))) == Fraction(3, 5)
    assert ratios.csat(whole(counted(values[:4]))) is None


def test_conversion_counts_a_session_once_however_often_it_tells() -> None:
    """Two sessions, one of which views three products, fills a cart twice and buys: conversion one half."""
    steps = ["visit", "view_item", "product_view", "view_item", "add_to_cart", "cart", "begin_checkout"]
    values = [
        told("funnel.step", n, n, step=step, subject_id="one") for n, step in enumerate([*steps, "purchase"])
    ]
    values.append(told("funnel.step", 20, 3, step="session_start", subject_id="two"))
    measures = whole(counted(values))
    assert ratios.conversion(measures) == Fraction(1, 2)
    assert ratios.steps(measures) == [Fraction(1, 2), 1, 1, 1]
    assert ratios.cart_abandonment(measures) == 0


def test_a_deal_moves_the_pipeline_and_is_recognised_over_its_term() -> None:
    """A deal of 1,000 rises to 1,200, is won after two days and recognised over seven, to the cent."""
    common = {"subject_id": "d", "currency": "EUR", "created_at": START.isoformat(), "staff_id": "kim"}
    values = [
        told("deal.changed", 1, 0, version=1, status="open", stage="first", value=100_000, **common),
        told("deal.changed", 2, _DAY, version=2, status="open", stage="offer", value=120_000, **common),
        told(
            "deal.changed", 3, 2 * _DAY, version=3, status="won", stage="won", value=120_000,
            term_first="2026-03-10", term_last="2026-03-16", **common,
        ),
    ]  # fmt: skip
    ledger = counted(values, minutes=2 * _DAY + 5)
    measures = whole(ledger)
    assert measures["won_value"] == measures["recognised_revenue"] == 120_000
    assert "pipeline_value" not in measures
    assert measures["stage_changes"] == 2
    assert ratios.days_to_win(measures) == 2
    assert ratios.win_rate(measures) == 1
    daily = [
        told_["recognised_revenue"]
        for name, told_ in sorted(totals(ledger).items())
        if name.dimension == "staff" and "recognised_revenue" in told_
    ]
    assert daily == [17_143, 17_143, 17_143, 17_143, 17_143, 17_143, 17_142]


def test_an_enquiry_that_is_opened_again_is_open_again() -> None:
    """Opened, answered after 30 minutes, resolved, opened again: one open, answered once."""
    opened = {"subject_id": "e", "topic": "billing", "opened_at": START.isoformat()}
    states = ["opened", "answered", "resolved", "opened"]
    values = [
        told("enquiry.changed", n, 30 * n, version=n, state=state, **opened) for n, state in enumerate(states)
    ]
    measures = whole(counted(values, minutes=200))
    assert measures["enquiries_opened"] - measures.get("enquiries_resolved", 0) == 1
    assert ratios.answer_minutes(measures) == 30


def test_a_sentiment_is_exact() -> None:
    """Scores of -0.75, 0.1 and 0.05 in a string have the mean -0.2, without a float between."""
    values = [
        told("sentiment.scored", n, score=score, topic="delivery")
        for n, score in enumerate(["-0.75", "0.1", "0.05"])
    ]
    assert ratios.sentiment(whole(counted(values)), fewest=1) == Fraction(-1, 5)


def test_signals_count_on_the_stores_own_business_date() -> None:
    """A fault at 03:00 in Tokyo, cutoff 04:00, is one of the day before."""
    at = START.replace(hour=18) - timedelta(days=1)
    ledger = counted([told("terminal.fault", 1, code="paper", store_id="quay", time=at.isoformat())], 24 * 60)
    days = {name.business_date for name in totals(ledger) if name.dimension == "store"}
    assert days == {"2026-03-01"}

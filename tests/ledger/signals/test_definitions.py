"""The definitions of signal measures, by hand-made examples from the sources that their docstrings name."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from daybook.ledger.signals import ratios
from daybook.ledger.signals.measures import IN_A_CURRENCY
from tests.ledger.signals.makers import START, counted, over_days, subscription, told, totals, whole

_DAY = 24 * 60


def test_nps_is_promoters_less_detractors() -> None:
    """Of ten answers five promote, three detract: a score of 20 (Reichheld)."""
    scores = [10, 9, 9, 10, 9, 8, 7, 6, 0, 3]
    ledger = counted(
        [told("satisfaction.answered", n, kind="nps", score=score) for n, score in enumerate(scores)]
    )
    assert ratios.nps(whole(ledger)) == 20


def test_csat_is_the_part_that_is_satisfied_and_is_not_shown_of_a_few_answers() -> None:
    """Of five answers three give 4 or 5: three fifths (Delighted); of four answers nothing is said."""
    scores = [5, 4, 4, 3, 1]
    values = [told("satisfaction.answered", n, kind="csat", score=score) for n, score in enumerate(scores)]
    assert ratios.csat(whole(counted(values))) == Fraction(3, 5)
    assert ratios.csat(whole(counted(values[:4]))) is None


def test_conversion_counts_a_session_once_however_often_it_tells() -> None:
    """Two sessions, one views three products, fills a cart twice and buys: one half (Google Analytics 4)."""
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


def test_a_deal_that_is_handed_over_goes_with_all_that_it_stands_for() -> None:
    """Open with kim, then with lee at another store and stage, won there, credited to ola: each time once."""
    fields = {"subject_id": "d", "currency": "EUR", "created_at": START.isoformat()}
    handed = [
        {"status": "open", "stage": "first", "value": 900, "staff_id": "kim"},
        {"status": "open", "stage": "offer", "value": 900, "staff_id": "lee", "store_id": "quay"},
        {"status": "won", "stage": "won", "value": 1_000, "staff_id": "lee", "store_id": "quay"},
        {"status": "won", "stage": "won", "value": 1_000, "staff_id": "ola", "store_id": "quay"},
    ]
    then: list[tuple[dict[str, int], dict[str, int]]] = [
        ({"kim": 900}, {}),
        ({"lee": 900}, {}),
        ({}, {"lee": 1}),
        ({}, {"ola": 1}),
    ]
    for known, (pipeline, won) in enumerate(then, 1):
        values = [
            told("deal.changed", n, n, version=n, **fields, **each) for n, each in enumerate(handed[:known])
        ]
        ledger = counted(values)
        assert (over_days(ledger, "staff", "pipeline_value"), over_days(ledger, "staff", "deals_won")) == (
            pipeline,
            won,
        )
        stores = {"web" if name == "kim" else "quay": value for name, value in pipeline.items()}
        assert over_days(ledger, "store", "pipeline_value") == stores
        stages = {"first" if name == "kim" else "offer": value for name, value in pipeline.items()}
        assert over_days(ledger, "label", "pipeline_value") == stages


def test_a_deal_that_is_won_again_took_until_then() -> None:
    """Won after two days, opened again after five, won after nine and put right after ten: nine days."""
    states = [(0, "open", 100), (2, "won", 100), (5, "open", 100), (9, "won", 100), (10, "won", 120)]
    fields = {"subject_id": "d", "currency": "EUR", "created_at": START.isoformat(), "stage": "one"}
    values = [
        told("deal.changed", n, day * _DAY, version=n, status=status, value=value, **fields)
        for n, (day, status, value) in enumerate(states)
    ]
    measures = whole(counted(values, minutes=11 * _DAY))
    assert (measures["deals_won"], measures["won_value"]) == (1, 120)
    assert ratios.days_to_win(measures) == 9


def test_what_a_person_does_is_known_by_store() -> None:
    """Deals that one person closed at two stores: of each store its own, and of both together all."""
    common = {"currency": "EUR", "created_at": START.isoformat(), "status": "won", "stage": "won", "value": 5}
    values = [
        told("deal.changed", n, n, version=1, subject_id=f"d-{n}", staff_id="kim", store_id=store, **common)
        for n, store in enumerate(["web", "quay", "quay"])
    ]
    ledger = counted(values)
    assert over_days(ledger, "store_staff", "deals_won") == {"web|kim": 1, "quay|kim": 2}
    assert over_days(ledger, "staff", "deals_won") == {"kim": 3}


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


def test_an_enquiry_that_gets_another_topic_is_open_under_that_one_alone() -> None:
    """Opened under billing at one store, answered by kim as technical at another: open there alone."""
    common = {"subject_id": "e", "opened_at": START.isoformat()}
    states = [
        {"state": "opened", "topic": "billing"},
        {"state": "answered", "topic": "technical", "store_id": "quay", "staff_id": "kim"},
        {"state": "resolved", "topic": "technical", "store_id": "quay"},
    ]
    values = [told("enquiry.changed", n, n, version=n, **common, **each) for n, each in enumerate(states)]
    for known, opened in ((1, "web|billing"), (2, "quay|technical"), (3, "quay|technical")):
        ledger = counted(values[:known])
        assert over_days(ledger, "store_label", "enquiries_opened") == {opened: 1}
        assert over_days(ledger, "store_label", "enquiries_resolved") == ({opened: 1} if known == 3 else {})
        assert over_days(ledger, "staff", "enquiries_answered") == ({"kim": 1} if known > 1 else {})


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


def test_deals_and_subscriptions_alone_are_counted_in_a_currency() -> None:
    """Every measure of either, and no other, stands in the currency of its signals."""
    deal = {"currency": "EUR", "created_at": START.isoformat(), "value": 900, "subject_id": "d"}
    states = [("open", "a"), ("open", "b"), ("won", "b"), ("open", "b"), ("lost", "b")]
    values = [
        told("deal.changed", n, n, version=n, status=status, stage=stage, **deal)
        for n, (status, stage) in enumerate(states)
    ]
    values += [
        subscription(10, "ann", 1, 500),
        subscription(11, "ann", 2, 900, change="upgraded"),
        subscription(12, "ann", 3, 0, change="cancelled", state="cancelled"),
        told("satisfaction.answered", 20, 1, kind="csat", score=5, topic="billing"),
        told("funnel.step", 21, 1, step="purchase", subject_id="s"),
        told(
            "enquiry.changed",
            22,
            1,
            version=1,
            state="opened",
            topic="billing",
            opened_at=START.isoformat(),
            subject_id="e",
        ),
    ]
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    for name, measures in totals(counted(values)).items():
        seen[bool(name.currency)].update(measures)
    assert seen[True] <= IN_A_CURRENCY
    assert len(seen[True]) > 10
    assert seen[False].isdisjoint(IN_A_CURRENCY)

"""Evidence: what moved in the hours of a case, out of what the ledgers count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from daybook.ledger.cases.gathering import evidence_of
from daybook.ledger.cases.looking import look_of
from daybook.ledger.cases.money import outcome
from daybook.schemas import cases as c
from daybook.schemas.adjustments import Adjustment, AdjustmentSource
from daybook.schemas.alerts import AlertKind
from tests.ledger.alerts.world import firing, rule
from tests.ledger.cases.world import (
    CALENDAR,
    CLOSED,
    LIKE,
    NOON,
    NORTH,
    WEEK,
    Told,
    case,
    each_day,
    sales,
    seen_by,
    signals,
    today,
    witnesses,
)

USUAL = [
    *each_day("payment.failed", 2, gateway="acme", reason="timeout"),
    *each_day("terminal.heartbeat", 60, till_id="1"),
    *each_day("terminal.heartbeat", 60, till_id="2"),
    *each_day("sentiment.scored", 4, score="0.5"),
    *each_day("stock.changed", 1, state="back", product_id="mug"),
]
BEATING = [
    *today("terminal.heartbeat", 60, till_id="1"),
    *today("terminal.heartbeat", 60, till_id="2"),
]


@pytest.mark.parametrize(
    "told, kind, label, cause",
    [
        (
            [*BEATING, *today("payment.failed", 40, gateway="acme", reason="timeout")],
            "payment_failures",
            "acme: timeout",
            c.Cause.PAYMENT,
        ),
        (today("terminal.heartbeat", 60, till_id="1"), "silent_till", "quay/2", c.Cause.EQUIPMENT),
        (
            [*BEATING, *today("terminal.fault", 9, code="printer")],
            "terminal_faults",
            "printer",
            c.Cause.EQUIPMENT,
        ),
        ([*BEATING, *today("sentiment.scored", 30, score="-0.8")], "sentiment", None, c.Cause.FEEDBACK),
        (
            [*BEATING, *today("satisfaction.answered", 20, kind="csat", score=1, topic="customer_service")],
            "unsatisfied",
            "customer_service",
            c.Cause.SERVICE,
        ),
        (
            [*BEATING, *today("satisfaction.answered", 20, kind="nps", score=2, topic="product")],
            "nps_detractors",
            "product",
            c.Cause.FEEDBACK,
        ),
        ([*BEATING, *today("site.error", 30, code="http_500")], "site_errors", "http_500", c.Cause.SITE),
        (
            [*BEATING, *today("stock.changed", 1, state="out", product_id="mug")],
            "stock_out",
            "mug",
            c.Cause.STOCK,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_goes_wrong_stands_first(told: list[Told], kind: str, label: str | None, cause: c.Cause) -> None:
    """Each trouble is the first evidence, says which one it is, and points to its cause."""
    seen = witnesses(signals(USUAL, told), sales(60_000, mug=30, tea=70))
    first = evidence_of(case(), seen, NOON)[0]
    assert (first.kind, first.label, first.points_to) == (kind, label, cause)
    assert first.unusual >= 3000


def test_an_ordinary_day_is_no_evidence() -> None:
    """The same signals as on like days: nothing is told."""
    same = [(kind, at + WEEK, fields) for kind, at, fields in USUAL if at > LIKE[0] - timedelta(days=1)]
    assert evidence_of(case(), witnesses(signals(USUAL, same)), NOON) == []


def test_what_happens_outside_of_the_hours_is_no_evidence() -> None:
    """A gateway that failed yesterday, or failed after the case's hours, explains nothing."""
    failing = today("payment.failed", 40, gateway="acme", reason="timeout")
    for moved in (timedelta(days=-1), timedelta(hours=2)):
        other = [(kind, at + moved, fields) for kind, at, fields in failing]
        found = evidence_of(case(), witnesses(signals(USUAL, BEATING, other)), NOON + timedelta(hours=3))
        assert found == []


def test_a_session_that_stops_before_paying_shows_in_the_funnel() -> None:
    """As many checkouts as usual, and no purchases: the step is named, not the visits."""
    told: list[Told] = []
    for day in (NOON, *LIKE):
        for step in ("visit", "view_item", "add_to_cart", "begin_checkout"):
            told += each_day("funnel.step", 30, days=[day], step=step)
        if day != NOON:
            told += each_day("funnel.step", 30, days=[day], step="purchase")
    told = [
        (kind, at, fields | {"subject_id": f"{at.date()}-{number % 30}"})
        for number, (kind, at, fields) in enumerate(told)
    ]
    [found] = evidence_of(case(), witnesses(signals(told)), NOON)
    assert (found.kind, found.value, found.usual, found.points_to) == ("funnel_purchases", 0, 30, "payment")


def test_one_silent_till_of_many_says_little_about_a_region() -> None:
    """Both tills of two: first in its store's case; one till of eighty: no evidence for the region."""
    tills = [str(number) for number in range(80)]
    past = [one for till in tills for one in each_day("terminal.heartbeat", 6, till_id=till)]
    now = [one for till in tills[1:] for one in today("terminal.heartbeat", 6, till_id=till)]
    assert evidence_of(case(NORTH), witnesses(signals(past, now)), NOON) == []


def test_a_product_counts_by_its_part_of_sales() -> None:
    """Thirty percent of sales, out for half of the hours, are 150 thousandths; what nobody buys is none."""
    out = today("stock.changed", 1, state="out", product_id="mug")
    slow = today("stock.changed", 1, state="out", product_id="relic")
    seen = witnesses(signals(USUAL, BEATING, out, slow), sales(60_000, mug=30, tea=70))
    assert [(one.label, one.value) for one in evidence_of(case(), seen, NOON)] == [("mug", 150)]


def test_a_product_stays_out_over_nights_until_it_is_back() -> None:
    """Out since yesterday counts for all of the hours; back this morning for none."""
    out = [
        (kind, at - timedelta(days=1), f)
        for kind, at, f in today("stock.changed", 1, state="out", product_id="mug")
    ]
    sold = sales(60_000, mug=30, tea=70)
    [found] = evidence_of(case(), witnesses(signals(USUAL, BEATING, out), sold), NOON)
    assert (found.kind, found.value) == ("stock_out", 300)
    back = [
        (kind, at - timedelta(hours=3), f)
        for kind, at, f in today("stock.changed", 1, state="back", product_id="mug")
    ]
    assert evidence_of(case(), witnesses(signals(USUAL, BEATING, out, back), sold), NOON) == []


def _promotion(first: int, last: int, **more: Any) -> Adjustment:
    told: dict[str, Any] = {
        "adjustment_id": "p-1",
        "scope": "region",
        "key": "North",
        "factor": "1.6",
        "source": AdjustmentSource.PROMOTION,
        "first": NOON.date() + timedelta(days=first),
        "last": NOON.date() + timedelta(days=last),
        "set_at": NOON - 30 * WEEK,
        "reason": "spring sale",
    }
    return Adjustment(**(told | more))


def test_a_promotion_that_is_over_is_evidence_and_so_is_one_that_is_counted_on() -> None:
    """It held on like days and not today, or today and not on like days; either way it stands first."""
    over = evidence_of(case(), witnesses(adjustments=[_promotion(-60, -1)]), NOON)
    assert [(one.kind, one.label, one.value, one.usual) for one in over] == [
        ("promotion", "spring sale", 1000, 1600)
    ]
    on = evidence_of(case(), witnesses(adjustments=[_promotion(-1, 1)]), NOON)
    assert [(one.value, one.usual, one.points_to) for one in on] == [(1600, 1000, "promotion")]
    assert evidence_of(case(), witnesses(adjustments=[_promotion(-60, 1)]), NOON) == []


def test_a_store_that_is_closed_by_its_file_is_evidence_for_its_region() -> None:
    """Half of the region's stores do not open today."""
    [found] = evidence_of(case(NORTH), witnesses(calendar=CLOSED), NOON)
    assert (found.kind, found.label, found.value) == ("closed_stores", "mill", 500)


def test_trouble_with_data_is_evidence() -> None:
    """An alert that data were missing for an hour of the two counts as sixty minutes, of usually none."""
    alert = firing(of=rule("data_missing"), scope=NORTH, start=NOON - timedelta(minutes=75))
    alert = alert.model_copy(
        update={"started_at": NOON - timedelta(minutes=60), "kind": AlertKind.DATA_MISSING}
    )
    [found] = evidence_of(case(), witnesses(alerts=[alert]), NOON)
    assert (found.kind, found.value, found.usual, found.points_to) == ("data_problem", 60, 0, "data")


def test_the_outcome_is_the_whole_day_against_like_days() -> None:
    """Six hundred of a usual thousand; with three like days nothing is usual."""
    look = look_of(case(), CALENDAR)
    assert outcome(sales(60_000), case().scope, look) == -40_000
    young = sales(60_000)
    young.forget_before(LIKE[2].date())
    assert outcome(young, case().scope, look) is None


def test_hours_that_grow_are_remembered_and_come_to_the_same() -> None:
    """Asked quarter hour by quarter hour with a memory of like days, or once without: the same evidence."""
    failing = today("payment.failed", 40, gateway="acme", reason="timeout")
    seen, past = witnesses(signals(USUAL, BEATING, failing)), {}  # type: ignore[var-annotated]
    for minutes in (0, 30, 90, 60, 120):
        grown = case(window_end=NOON - timedelta(minutes=120 - minutes))
        assert evidence_of(grown, seen, NOON, past) == evidence_of(grown, seen, NOON)


def test_like_days_that_are_still_on_their_way_are_looked_at_again() -> None:
    """Remembered before their signals came, they are not taken for days without any."""
    failing = today("payment.failed", 40, gateway="acme", reason="timeout")
    past = {}  # type: ignore[var-annotated]
    early = evidence_of(case(NORTH), witnesses(signals(BEATING, failing)), NOON, past)
    late = witnesses(signals(USUAL, BEATING, failing))
    assert evidence_of(case(NORTH), late, NOON, past) == evidence_of(case(NORTH), late, NOON) != early


def test_like_days_that_are_partly_loaded_are_looked_at_again() -> None:
    """Of one partition their failures are known, of the other not yet: they are not remembered as a half.

    What comes then falls into the same quarter hours, and makes today's failures the usual ones.
    """

    def failing(times: int) -> list[Told]:
        return each_day("payment.failed", times, gateway="acme", reason="timeout")

    loading = signals(failing(8), today("payment.failed", 48, gateway="acme", reason="timeout"))
    past = {}  # type: ignore[var-annotated]
    [early] = evidence_of(case(), witnesses(loading), NOON, past)
    assert (early.kind, early.usual) == ("payment_failures", 8)
    seen_by(loading, failing(40), partition=1)
    assert evidence_of(case(), witnesses(loading), NOON, past) == []

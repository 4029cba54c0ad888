"""What is missing in the hours of a case, and what part of it a figure could account for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from daybook.ledger.cases.evidence import Observation, ranked, unusual
from daybook.ledger.cases.gathering import evidence_of
from daybook.ledger.cases.looking import look_of
from daybook.ledger.cases.shortage import Shortage, accounts_for, shortage_of
from daybook.ledger.measures import GROSS, ORDERS, WIDTH
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import TotalsBucket
from daybook.schemas.adjustments import Adjustment, AdjustmentSource
from daybook.schemas.cases import Cause
from tests.ledger.cases.world import (
    CALENDAR,
    LIKE,
    NOON,
    NORTH,
    QUAY,
    WEEK,
    case,
    each_day,
    signals,
    today,
    witnesses,
)

HALF = Shortage(made=500, expected=Fraction(1000), minutes=120)
PROMOTED = Adjustment(
    adjustment_id="p-1",
    scope="region",
    key="North",
    factor="2",
    source=AdjustmentSource.PROMOTION,
    first=NOON.date(),
    set_at=NOON - 30 * WEEK,
    reason="spring sale",
)


def sold(now: Mapping[str, int], usual: int = 100) -> MergedTotals:
    """Orders of both stores in each of the two hours before noon: so many today, as usual on like days."""
    merged = MergedTotals()
    for day in (NOON, *LIKE):
        told = now if day == NOON else dict.fromkeys(("quay", "mill"), usual)
        quarters = [day - timedelta(hours=hours) for hours in (1, 2)]
        _put(
            merged,
            day,
            "store_quarter",
            {f"{s}|{int(q.timestamp())}": n for s, n in told.items() for q in quarters},
        )
        _put(merged, day, "store", told)
    return merged


def _put(merged: MergedTotals, day: datetime, dimension: str, orders: Mapping[str, int]) -> None:
    entries = {}
    for key, number in orders.items():
        vector = [0] * WIDTH
        vector[GROSS], vector[ORDERS] = 1000 * number, number
        entries[key] = [1, *vector]
    merged.take(TotalsBucket(1, 0, 1, "sales", day.date().isoformat(), "GBP", dimension, entries))


def seen(kind: str, value: int, usual: int, unit: str = "count", bad: int = 1, **more: Any) -> Observation:
    """A figure beside the same on each of eight like days."""
    return Observation(kind, None, value, [usual] * 8, unit, bad, Cause.UNKNOWN, **more)


def test_what_is_missing_is_held_against_what_was_expected() -> None:
    """Sixty of usually a hundred orders an hour; where twice as many were counted on, a hundred and forty."""
    look, told = look_of(case(QUAY), CALENDAR), sold({"quay": 60, "mill": 100})
    plain, promoted = (shortage_of(told, look, "GBP", holding) for holding in ([], [PROMOTED]))
    assert plain == Shortage(120, Fraction(200), 120)
    assert promoted is not None
    assert promoted.missing == 280
    assert shortage_of(told, look, "EUR", []) is None


@pytest.mark.parametrize(
    "figure, part",
    [
        (seen("payment_failures", 60, 10), Fraction(1, 10)),
        (seen("payment_failures", 9000, 10), 1),
        (seen("silent_till", 900, 1200, bad=-1), Fraction(1, 2)),
        (seen("funnel_purchases", 90, 120, bad=-1), Fraction(1, 2)),
        (seen("stock_out", 100, 0, "thousandths"), Fraction(1, 5)),
        (seen("promotion", 2000, 1000, "thousandths"), 1),
        (seen("promotion", 1000, 1250, "thousandths", -1), Fraction(2, 5)),
        (seen("closed_stores", 250, 0, "thousandths"), Fraction(1, 2)),
        (seen("data_problem", 30, 0, "minutes"), Fraction(1, 2)),
        (seen("sentiment", -50, 50, "millionths", -1), None),
        (seen("enquiries_opened", 40, 10), None),
    ],
    ids=lambda value: value.kind if isinstance(value, Observation) else str(value),
)
def test_a_figure_accounts_for_so_much_at_most(figure: Observation, part: Fraction | None) -> None:
    """Of half of the orders that are missing: one for each failed payment, a tenth for a tenth of sales."""
    assert accounts_for(figure, HALF) == part
    assert accounts_for(figure, HALF._replace(made=1000)) is None


def test_what_explains_little_stands_behind_what_could_explain_all() -> None:
    """Thirty more failed payments are far more unusual than a silent till, and keep few orders away."""
    few, till = seen("payment_failures", 40, 10), seen("silent_till", 0, 100, bad=-1, grain=20, counted=False)
    assert [one.kind for one in ranked([few, till])] == ["payment_failures", "silent_till"]
    found = ranked([few, till], lambda figure: accounts_for(figure, HALF))
    assert [(one.kind, one.accounts_for) for one in found] == [
        ("silent_till", 1000),
        ("payment_failures", 60),
    ]


def test_on_a_busy_day_there_is_more_of_everything() -> None:
    """A fifth more enquiries is much by chance alone, and little where customers stray as much."""
    more = seen("enquiries_opened", 1200, 1000, strays=True)
    assert (unusual(more) or 0) > 6000
    assert (unusual(more, Fraction(1, 5)) or 0) < 1000


def test_a_promotion_that_others_follow_is_no_evidence_for_one_store() -> None:
    """Both stores are promoted. Where the other sells twice as much, quay's silence has another reason."""
    beats = [*each_day("terminal.heartbeat", 60, till_id="1")]
    alone, both = (
        evidence_of(case(QUAY), witnesses(signals(beats), sold(made), adjustments=[PROMOTED]), NOON)
        for made in ({"quay": 0, "mill": 200}, {"quay": 0, "mill": 100})
    )
    assert [one.kind for one in alone] == ["silent_till"]
    told = [(one.kind, one.accounts_for) for one in both]
    assert told == [("silent_till", 1000), ("promotion", 500)]
    over = evidence_of(
        case(NORTH), witnesses(sold=sold({"quay": 100, "mill": 100}), adjustments=[PROMOTED]), NOON
    )
    assert [(one.kind, one.accounts_for) for one in over] == [("promotion", 1000)]


def test_reviews_are_held_against_as_many_reviews() -> None:
    """Half as many reviews that sound as good are no evidence; as many again that sound bad are."""
    usual = each_day("sentiment.scored", 20, score="0.5")
    fewer = witnesses(signals(usual, today("sentiment.scored", 10, score="0.5")))
    assert evidence_of(case(), fewer, NOON) == []
    worse = signals(
        usual, today("sentiment.scored", 20, score="0.5"), today("sentiment.scored", 20, score="-0.9")
    )
    [found] = evidence_of(case(), witnesses(worse), NOON)
    assert (found.kind, found.value, found.usual) == ("sentiment", -8_000_000, 20_000_000)

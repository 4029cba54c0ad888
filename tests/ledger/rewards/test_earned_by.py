"""By which signals an award was earned: what each of them added comes to what was counted."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.ledger.periods import Period
from daybook.ledger.rewards.earned_by import Wanted, earned_by, types_of
from daybook.ledger.signals.boards import SIGNAL_BOARDS, parts_of
from daybook.ledger.signals.measures import SIGNAL_MEASURES
from daybook.schemas.rewards import Who
from daybook.schemas.signals.any import decode_signal
from tests.ledger.signals.makers import CALENDAR, START, counted, told, totals

_WHERE = st.fixed_dictionaries(
    {
        "subject_id": st.sampled_from("abc"),
        "store_id": st.sampled_from(["web", "quay"]),
        "staff_id": st.sampled_from(["kim", "lee"]),
    },
    optional={"test": st.just(value=True)},
)
_WHAT: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "deal.changed": st.fixed_dictionaries(
        {
            "status": st.sampled_from(["open", "won", "lost"]),
            "stage": st.just("one"),
            "currency": st.sampled_from(["EUR", "USD"]),
            "value": st.integers(0, 1000),
            "created_at": st.just(START.isoformat()),
        }
    ),
    "satisfaction.answered": st.fixed_dictionaries({"kind": st.just("csat"), "score": st.integers(1, 5)}),
    "enquiry.changed": st.fixed_dictionaries(
        {
            "state": st.sampled_from(["opened", "answered", "resolved"]),
            "topic": st.just("billing"),
            "opened_at": st.just(START.isoformat()),
        }
    ),
}
_ONE = st.sampled_from(sorted(_WHAT)).flatmap(
    lambda kind: st.tuples(st.just(kind), _WHERE, _WHAT[kind], st.integers(0, 3_000))
)
FIRST = date(2026, 3, 2)


@given(st.lists(_ONE, max_size=14), st.sampled_from(Who), st.sampled_from([None, "EUR"]), st.integers(0, 3))
def test_what_each_subject_added_comes_to_the_totals(
    drawn: list[tuple[str, dict[str, Any], dict[str, Any], int]], who: Who, currency: str | None, days: int
) -> None:
    """Of people and stores, over any days, in one currency or all: nothing is missing, nothing twice."""
    values = []
    for number, (kind, where, what, minutes) in enumerate(drawn):
        versioned = {"version": number} if kind.endswith(".changed") else {}
        values.append(told(kind, number, minutes, **where, **what, **versioned))
    period = Period(FIRST, FIRST + timedelta(days=days))
    keys = ["web"] if who is Who.STORE else ["kim"]
    wanted = Wanted(list(SIGNAL_MEASURES), who, keys, period, currency)
    summed: Counter[str] = Counter()
    for earning in earned_by(map(decode_signal, values), CALENDAR, wanted):
        summed.update(earning.measures)
    expected: Counter[str] = Counter()
    dimension = "store" if who is Who.STORE else "staff"
    for name, measures in totals(counted(values, minutes=3_000)).items():
        of_these = (name.dimension, name.book, name.key) == (dimension, "sales", keys[0])
        if (
            of_these
            and date.fromisoformat(name.business_date) in period
            and currency in (None, name.currency)
        ):
            expected.update(measures)
    assert {k: v for k, v in summed.items() if v} == {k: v for k, v in expected.items() if v}


@pytest.mark.parametrize(
    ("measure", "types"),
    [
        ("win_rate", ["deal.changed"]),
        ("conversion", ["funnel.step"]),
        ("csat", ["satisfaction.answered"]),
        ("answer_minutes", ["enquiry.changed"]),
        ("mrr_new", ["subscription.changed"]),
        ("stock_outs", ["stock.changed"]),
    ],
)
def test_a_measure_is_counted_from_its_own_signals(measure: str, types: list[str]) -> None:
    """The raw signals that are read are of these types and no others."""
    assert types_of(parts_of(measure)) == types


def test_each_measure_is_counted_from_signals() -> None:
    """There is none of which nobody could show by what it was earned."""
    assert all(len(types_of(parts_of(measure))) == 1 for measure in SIGNAL_BOARDS)

"""What the written report tells of signals: the period's figures, each with what it is made of."""

from __future__ import annotations

from datetime import date, timedelta

from daybook.ledger.periods import PERIODS
from daybook.operations.report_signals import signals_of
from daybook.reporting.wording import signal_line
from daybook.sinks.signal_rows import TOTAL_COLUMNS
from daybook.sinks.store import Store, transposed

_DAY = date(2026, 3, 10)


def _put(store: Store, day: date, **measures: int) -> None:
    rows = [("sales", day, "", "store", "web", measure, 0, 1, value) for measure, value in measures.items()]
    store.insert("signal_totals", transposed(TOTAL_COLUMNS, rows))


def test_figures_stand_beside_those_of_the_day_before(store: Store) -> None:
    """Shares, scores with their answers and counts; nothing, and too few answers, are left out."""
    _put(
        store, _DAY, sessions=200, purchases=9, csat_answers=8, csat_satisfied=6, nps_answers=4,
        nps_promoters=4, payment_failures=12,
    )  # fmt: skip
    _put(store, _DAY - timedelta(days=1), sessions=100, purchases=6, payment_failures=3)
    told = signals_of(store, PERIODS["day"](_DAY), PERIODS["day"](_DAY - timedelta(days=1)))
    assert [signal_line(each) for each in told] == [
        "Sessions: 200 (before: 100)",
        "Conversion: 4.5 % (before: 6.0 %)",
        "CSAT: 75.0 % of 8",
        "Failed payments: 12 (before: 3)",
    ]


def test_without_signals_there_is_nothing_to_tell(store: Store) -> None:
    """No section, whatever came on another day."""
    _put(store, _DAY - timedelta(days=3), sessions=200)
    assert signals_of(store, PERIODS["day"](_DAY), PERIODS["day"](_DAY - timedelta(days=1))) == []

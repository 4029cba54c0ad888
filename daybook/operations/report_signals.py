"""What a report tells of signals: the period's figures beside those of the period before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from daybook.ledger.periods import Period
from daybook.ledger.signals import ratios
from daybook.operations.base import Document
from daybook.schemas.rounding import divide
from daybook.sinks.store import Store

_SUMS: Final = """
SELECT measure, sum(value) FROM merged_signals
WHERE book = 'sales' AND dimension = 'store' AND business_date BETWEEN {first:Date} AND {last:Date}
GROUP BY measure
"""
_MILLION: Final = 1_000_000
Measures = Mapping[str, int]


class _Figure(NamedTuple):
    """How a figure is called, made and written: ``count``, ``share``, ``score`` or ``minutes``.

    ``of`` is the measure that says how many it is made of, where that has to stand beside it.
    """

    name: str
    label: str
    value: Callable[[Measures], Fraction | int | None]
    unit: str = "count"
    of: str = ""


def _count(measure: str) -> Callable[[Measures], int | None]:
    return lambda measures: measures.get(measure, 0)


_FIGURES: Final = (
    _Figure("sessions", "Sessions", _count("sessions")),
    _Figure("conversion", "Conversion", ratios.conversion, "share"),
    _Figure("cart_abandonment", "Carts left", ratios.cart_abandonment, "share"),
    _Figure("csat", "CSAT", ratios.csat, "share", "csat_answers"),
    _Figure("nps", "NPS", ratios.nps, "score", "nps_answers"),
    _Figure("sentiment", "Sentiment", ratios.sentiment, "score", "sentiment_scores"),
    _Figure("enquiries_opened", "Enquiries", _count("enquiries_opened")),
    _Figure("answer_minutes", "Minutes to the first answer", ratios.answer_minutes, "minutes"),
    _Figure("payment_failures", "Failed payments", _count("payment_failures")),
    _Figure("terminal_faults", "Faults of tills", _count("terminal_faults")),
    _Figure("site_errors", "Site errors", _count("site_errors")),
    _Figure("stock_outs", "Products that ran out", _count("stock_outs")),
    _Figure("deals_won", "Deals won", _count("deals_won")),
    _Figure("win_rate", "Win rate", ratios.win_rate, "share"),
    _Figure("subscribers_churned", "Subscribers churned", _count("subscribers_churned")),
)


def signals_of(store: Store, period: Period, before: Period) -> list[Document]:
    """The figures of which anything is known in the period; those that are no count in millionths."""
    now, then = (_sums(store, each) for each in (period, before))
    if not any(now.values()):
        return []
    return [
        {
            "name": figure.name,
            "label": figure.label,
            "unit": figure.unit,
            "value": _told(figure, now),
            "before": _told(figure, then) if any(then.values()) else None,
            "of": now.get(figure.of, 0) if figure.of else None,
        }
        for figure in _FIGURES
        if figure.value(now) not in (None, 0)
    ]


def _sums(store: Store, period: Period) -> dict[str, int]:
    rows = store.rows(_SUMS, {"first": period.first, "last": period.last})
    return {str(measure): int(value) for measure, value in rows}


def _told(figure: _Figure, measures: Measures) -> int | None:
    value = figure.value(measures)
    if value is None or figure.unit == "count":
        return None if value is None else int(value)
    exact = Fraction(value) * _MILLION
    return divide(exact.numerator, exact.denominator)

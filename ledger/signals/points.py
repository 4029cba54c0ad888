"""Signals that count for themselves: each once, whatever else is known."""

from __future__ import annotations

from decimal import Decimal
from functools import singledispatch

from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.facts import Poster, SignalLine, place_of, seconds
from daybook.schemas.signals.any import Signal
from daybook.schemas.signals.customers import SatisfactionAnswered, ScoreKind, SentimentScored
from daybook.schemas.signals.technical import (
    PaymentFailed,
    SiteError,
    StockChanged,
    StockState,
    TerminalFault,
    TerminalHeartbeat,
)

Counted = tuple[str, dict[str, int]]
"""A label, and measures."""
CSAT_SATISFIED = 4
"""From this score of five on a customer counts as satisfied (Delighted, "How is CSAT calculated")."""
NPS_PROMOTER, NPS_DETRACTOR = 9, 6
"""Net Promoter Score (Reichheld 2003): 9 and 10 promote, 0 to 6 detract."""


def point_lines(signal: Signal, calendar: Calendar) -> list[SignalLine]:
    """The line of a signal that counts for itself.

    Raises:
        UnknownStoreError: the calendar does not hold its store.
        TypeError: it is about a subject whose other signals matter too.
    """
    label, measures = _counted(signal)
    poster = Poster(calendar)
    poster.post(place_of(signal, calendar, label), seconds(signal.time), measures)
    return poster.lines


@singledispatch
def _counted(signal: Signal) -> Counted:
    raise TypeError(f"{signal.type} is about a subject")


@_counted.register
def _(signal: SatisfactionAnswered) -> Counted:
    score = signal.score
    if signal.kind is ScoreKind.CSAT:
        return signal.topic.value, {"csat_answers": 1, "csat_satisfied": int(score >= CSAT_SATISFIED)}
    return signal.topic.value, {
        "nps_answers": 1,
        "nps_promoters": int(score >= NPS_PROMOTER),
        "nps_detractors": int(score <= NPS_DETRACTOR),
    }


@_counted.register
def _(signal: SentimentScored) -> Counted:
    return signal.topic.value, {
        "sentiment_scores": 1,
        "sentiment_sum": int(Decimal(signal.score) * 1_000_000),
    }


@_counted.register
def _(signal: PaymentFailed) -> Counted:
    return f"{signal.gateway}: {signal.reason}", {"payment_failures": 1}


@_counted.register
def _(signal: TerminalHeartbeat) -> Counted:
    return signal.till_id or signal.subject_id, {"heartbeats": 1}


@_counted.register
def _(signal: TerminalFault) -> Counted:
    return signal.code, {"terminal_faults": 1}


@_counted.register
def _(signal: SiteError) -> Counted:
    return signal.code, {"site_errors": 1}


@_counted.register
def _(signal: StockChanged) -> Counted:
    out = signal.state is StockState.OUT
    return signal.product_id or "", {"stock_outs": int(out), "stock_backs": int(not out)}

"""Expressions over the measures of signals, such as ``payment_failures / checkouts``, for rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from daybook.ledger.expressions import Expression, Vocabulary, parse
from daybook.ledger.signals.measures import SIGNAL_MEASURES

_DERIVED: Final = {
    "conversion": "purchases / sessions",
    "csat": "csat_satisfied / csat_answers",
    "nps": "100 * (nps_promoters - nps_detractors) / nps_answers",
    "sentiment": "sentiment_sum / 1000000 / sentiment_scores",
    "cart_abandonment": "1 - purchases / carts",
    "win_rate": "deals_won / (deals_won + deals_lost)",
    "days_to_win": "won_seconds / 86400 / deals_won",
    "answer_minutes": "answer_seconds / 60 / enquiries_answered",
}
"""Names beside the counted measures, and what they stand for."""
SIGNAL_VOCABULARY: Final = Vocabulary(
    tuple(SIGNAL_MEASURES),
    frozenset(name for name, measure in SIGNAL_MEASURES.items() if measure.unit == "minor units"),
    _DERIVED,
)
"""The measures that a rule about signals may name."""


def signal_expression(text: str) -> Expression:
    """An expression over signal measures.

    Raises:
        ExpressionError: it is not one, with the column at which it goes wrong.
    """
    return parse(text, vocabulary=SIGNAL_VOCABULARY)


def value_of(
    expression: Expression, parts: Iterable[Mapping[str, int]], vocabulary: Vocabulary = SIGNAL_VOCABULARY
) -> Fraction | None:
    """The exact value of measures added up; None where it divides by zero."""
    known = list(parts)
    return expression.value([sum(part.get(name, 0) for part in known) for name in vocabulary.stored])

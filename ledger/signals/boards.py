"""What leaderboards rank by of signals: the same boards and ranks as of sales, over what signals count."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from fractions import Fraction
from typing import Final

from daybook.ledger.board_measures import Contender, Measure
from daybook.ledger.expressions import Expression, stored_names
from daybook.ledger.signals.expressions import SIGNAL_VOCABULARY, signal_expression
from daybook.ledger.signals.ratios import FEWEST_ANSWERS

HAVE_SIGNALS: Final = ("store", "region", "channel", "staff", "product", "team", "day")
"""Who or what has signals."""
_MADE_OF: Final[dict[str, tuple[str, ...]]] = {
    "csat": ("csat_answers",),
    "nps": ("nps_answers",),
    "sentiment": ("sentiment_scores",),
    "conversion": ("sessions",),
    "cart_abandonment": ("carts",),
    "win_rate": ("deals_won", "deals_lost"),
    "days_to_win": ("deals_won",),
    "answer_minutes": ("enquiries_answered",),
}
"""What a mean or share is made of: of how many answers, sessions, deals."""
_SCORES: Final = frozenset({"csat", "nps", "sentiment"})
_LEAST_FIRST: Final = frozenset(
    {
        *("cart_abandonment", "days_to_win", "answer_minutes", "answer_seconds", "resolve_seconds"),
        *("nps_detractors", "enquiries_opened", "deals_lost", "lost_value"),
        *("subscriptions_downgraded", "subscriptions_paused", "subscriptions_cancelled"),
        *("subscription_payments_failed", "subscribers_churned"),
        *("payment_failures", "terminal_faults", "site_errors", "stock_outs"),
    }
)
"""Of which less is better."""


NOBODYS: Final = frozenset(
    ("payment_failures", "heartbeats", "terminal_faults", "site_errors", "stock_outs", "stock_backs")
)
"""What happens to tills, sites and products: a store has it, and no person does."""


def is_of_signals(name: str, own: Container[str]) -> bool:
    """Whether a measure is one of signals, and no name of those in ``own``, which go first."""
    return name in SIGNAL_BOARDS and name not in own


def signal_vector(measures: Mapping[str, int]) -> list[int]:
    """Measures in the order in which boards read them."""
    return [measures.get(name, 0) for name in SIGNAL_VOCABULARY.stored]


def made_of(name: str) -> tuple[str, ...]:
    """The counted measures that say of how much a measure is made."""
    return _MADE_OF.get(name, (name,))


def parts_of(name: str) -> tuple[str, ...]:
    """The counted measures that a measure is worked out from, with those of how much it is made."""
    named = stored_names(signal_expression(name).node, SIGNAL_VOCABULARY)
    return tuple(dict.fromkeys((*named, *made_of(name))))


def fewest(name: str) -> int:
    """How much that has to be at least, for anybody to be ranked.

    Nobody is ranked for what was none of theirs; but to have no failures is the best of all.
    """
    return FEWEST_ANSWERS if name in _SCORES else 0 if name in _LEAST_FIRST and name not in _MADE_OF else 1


def _measure(name: str) -> Measure:
    expression = signal_expression(name)
    parts = [SIGNAL_VOCABULARY.stored.index(part) for part in made_of(name)]

    def volume(vector: Sequence[int]) -> int:
        return abs(sum(vector[part] for part in parts))

    least = fewest(name)
    return Measure(
        lambda contender: _value(expression, contender, volume(contender.vector), least),
        expression.unit,
        volume=volume,
        least_first=name in _LEAST_FIRST,
    )


def _value(expression: Expression, contender: Contender, volume: int, least: int) -> Fraction | None:
    return expression.value(contender.vector) if volume >= least else None


SIGNAL_BOARDS: Final[dict[str, Measure]] = {
    name: _measure(name) for name in (*SIGNAL_VOCABULARY.stored, *SIGNAL_VOCABULARY.derived)
}
"""By name: everything that is counted of signals, and the shares, means and scores made of it. Of fewer than
five answers there is no score."""

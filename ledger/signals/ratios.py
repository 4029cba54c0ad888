"""What is derived of signal measures, each by its standard formula; None where too little is known."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Final

Measures = Mapping[str, int]

FEWEST_ANSWERS: Final = 5
"""With fewer answers than these no score is shown."""


def _of(measures: Measures, part: str, whole: str, fewest: int = 1) -> Fraction | None:
    count = measures.get(whole, 0)
    return Fraction(measures.get(part, 0), count) if count >= max(fewest, 1) else None


def csat(measures: Measures, fewest: int = FEWEST_ANSWERS) -> Fraction | None:
    """Customer satisfaction: the part of answers of 4 or 5 (Delighted, "How is CSAT calculated")."""
    return _of(measures, "csat_satisfied", "csat_answers", fewest)


def nps(measures: Measures, fewest: int = FEWEST_ANSWERS) -> Fraction | None:
    """Net Promoter Score from -100 to 100: promoters less detractors per hundred answers (Reichheld 2003)."""
    answers = measures.get("nps_answers", 0)
    if answers < max(fewest, 1):
        return None
    return Fraction(100 * (measures.get("nps_promoters", 0) - measures.get("nps_detractors", 0)), answers)


def sentiment(measures: Measures, fewest: int = FEWEST_ANSWERS) -> Fraction | None:
    """The mean score from -1 to 1."""
    mean = _of(measures, "sentiment_sum", "sentiment_scores", fewest)
    return None if mean is None else mean / 1_000_000


def conversion(measures: Measures) -> Fraction | None:
    """Sessions that bought, as a part of all sessions.

    Google Analytics 4 calls it the session key event rate of ``purchase``: who buys twice in one is one.
    """
    return _of(measures, "purchases", "sessions")


def cart_abandonment(measures: Measures) -> Fraction | None:
    """Sessions with a cart that did not buy, as a part of sessions with a cart (Baymard's definition)."""
    bought = _of(measures, "purchases", "carts")
    return None if bought is None else max(1 - bought, Fraction(0))


FUNNEL: Final = ("sessions", "product_views", "carts", "checkouts", "purchases")
"""The funnel's measures in order."""


def steps(measures: Measures) -> list[Fraction | None]:
    """What part of each step went on to the next, for the four passages of the funnel; shape (4,)."""
    return [_of(measures, later, earlier) for earlier, later in pairwise(FUNNEL)]


def win_rate(measures: Measures) -> Fraction | None:
    """Deals won as a part of deals decided."""
    decided = measures.get("deals_won", 0) + measures.get("deals_lost", 0)
    return Fraction(measures.get("deals_won", 0), decided) if decided > 0 else None


def days_to_win(measures: Measures) -> Fraction | None:
    """Mean days from creating a deal to winning it."""
    mean = _of(measures, "won_seconds", "deals_won")
    return None if mean is None else mean / 86_400


def answer_minutes(measures: Measures) -> Fraction | None:
    """Mean minutes from opening an enquiry to its first answer."""
    mean = _of(measures, "answer_seconds", "enquiries_answered")
    return None if mean is None else mean / 60


MRR_MOVEMENT: Final = (
    *("mrr_new", "mrr_reactivation", "mrr_expansion", "mrr_contraction", "mrr_churn"),
    "mrr_moved",
)
"""All that moves monthly recurring revenue. Its sum over all days is the revenue; signs are their own. What
``mrr_moved`` takes from one store or person it gives to another: of all together it is zero."""


def mrr(measures: Measures) -> int:
    """Monthly recurring revenue in minor units, of measures added up from the beginning.

    MRR growth = new + reactivation + expansion - contraction - churn (Stripe, Billing metric definitions).
    """
    return sum(measures.get(name, 0) for name in MRR_MOVEMENT)


def subscribers(measures: Measures) -> int:
    """Active subscribers, of measures added up from the beginning."""
    started = measures.get("subscribers_new", 0) + measures.get("subscribers_reactivated", 0)
    return started - measures.get("subscribers_churned", 0) + measures.get("subscribers_moved", 0)


def churn_rate(before: Measures, during: Measures) -> Fraction | None:
    """Subscriber churn rate: churned ones of 30 days over those active 30 days ago plus new ones since.

    Stripe's published definition ("Calculating churn rate in Billing"); who starts and churns within the 30
    days is in both, and who returns counts among the subscribers. So does, of one store or person,
    who has come there from another.

    Args:
        before: measures added up from the beginning to 30 days ago.
        during: measures of the 30 days.
    """
    fresh = during.get("subscribers_new", 0) + during.get("subscribers_reactivated", 0)
    base = subscribers(before) + fresh + max(during.get("subscribers_moved", 0), 0)
    return Fraction(during.get("subscribers_churned", 0), base) if base > 0 else None

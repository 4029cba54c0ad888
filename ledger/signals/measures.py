"""What is counted of signals. All are integers that add up over days, stores and partitions."""

from __future__ import annotations

from typing import Final, NamedTuple


class SignalMeasure(NamedTuple):
    """The unit of a measure (``count``, ``minor units``, ``seconds``, ``millionths``) and its meaning."""

    unit: str
    meaning: str


SIGNAL_MEASURES: Final[dict[str, SignalMeasure]] = {
    "sessions": SignalMeasure("count", "sessions, each once, when it was first seen"),
    "product_views": SignalMeasure("count", "sessions that looked at a product"),
    "carts": SignalMeasure("count", "sessions that put something into a cart"),
    "checkouts": SignalMeasure("count", "sessions that began a checkout"),
    "purchases": SignalMeasure("count", "sessions that bought"),
    "csat_answers": SignalMeasure("count", "answers from 1 to 5"),
    "csat_satisfied": SignalMeasure("count", "of these, 4 or 5"),
    "nps_answers": SignalMeasure("count", "answers from 0 to 10"),
    "nps_promoters": SignalMeasure("count", "of these, 9 or 10"),
    "nps_detractors": SignalMeasure("count", "of these, 0 to 6"),
    "sentiment_scores": SignalMeasure("count", "reviews and messages that were scored"),
    "sentiment_sum": SignalMeasure("millionths", "sum of their scores"),
    "enquiries_opened": SignalMeasure("count", "enquiries, when they were opened"),
    "enquiries_answered": SignalMeasure("count", "enquiries, when they were first answered"),
    "enquiries_resolved": SignalMeasure("count", "enquiries resolved, less those opened again"),
    "answer_seconds": SignalMeasure("seconds", "from opening to the first answer, added up"),
    "resolve_seconds": SignalMeasure("seconds", "from opening to resolving, added up"),
    "deals_created": SignalMeasure("count", "deals, when they were created"),
    "stage_changes": SignalMeasure("count", "times that a deal went to another stage"),
    "deals_won": SignalMeasure("count", "deals won, less those opened again"),
    "deals_lost": SignalMeasure("count", "deals lost, less those opened again"),
    "won_value": SignalMeasure("minor units", "value of deals won"),
    "lost_value": SignalMeasure("minor units", "value of deals lost"),
    "pipeline_value": SignalMeasure("minor units", "change of the value of open deals"),
    "won_seconds": SignalMeasure("seconds", "from creating to winning a deal, added up"),
    "recognised_revenue": SignalMeasure("minor units", "the day's share of contracts won"),
    "subscriptions_started": SignalMeasure("count", "subscriptions started"),
    "subscriptions_renewed": SignalMeasure("count", "subscriptions renewed"),
    "subscriptions_upgraded": SignalMeasure("count", "subscriptions upgraded"),
    "subscriptions_downgraded": SignalMeasure("count", "subscriptions downgraded"),
    "subscriptions_paused": SignalMeasure("count", "subscriptions paused"),
    "subscriptions_resumed": SignalMeasure("count", "subscriptions resumed"),
    "subscriptions_cancelled": SignalMeasure("count", "subscriptions cancelled"),
    "subscription_payments_failed": SignalMeasure("count", "payments for a subscription that failed"),
    "subscribers_new": SignalMeasure("count", "subscribers who pay for the first time"),
    "subscribers_reactivated": SignalMeasure("count", "subscribers who pay again"),
    "subscribers_churned": SignalMeasure("count", "subscribers who pay nothing any more"),
    "subscribers_moved": SignalMeasure("count", "subscribers that came from elsewhere, less those that left"),
    "mrr_new": SignalMeasure("minor units", "monthly revenue of new subscribers"),
    "mrr_reactivation": SignalMeasure("minor units", "monthly revenue of reactivated subscribers"),
    "mrr_expansion": SignalMeasure("minor units", "rise of monthly revenue of subscribers who stay"),
    "mrr_contraction": SignalMeasure("minor units", "fall of it, negative"),
    "mrr_churn": SignalMeasure("minor units", "monthly revenue of churned subscribers, negative"),
    "mrr_moved": SignalMeasure("minor units", "monthly revenue that came from elsewhere, less what left"),
    "payment_failures": SignalMeasure("count", "payments refused or broken down"),
    "heartbeats": SignalMeasure("count", "signs of life of tills and terminals"),
    "terminal_faults": SignalMeasure("count", "faults that tills and terminals reported"),
    "site_errors": SignalMeasure("count", "errors of pages and APIs"),
    "stock_outs": SignalMeasure("count", "times that a product ran out"),
    "stock_backs": SignalMeasure("count", "times that a product came back"),
}
"""All measures by name."""
_OF_REVENUE: Final = ("deals_", "stage_", "won_", "lost_", "pipeline_", "recognised_", "subscri", "mrr_")
IN_A_CURRENCY: Final = frozenset(name for name in SIGNAL_MEASURES if name.startswith(_OF_REVENUE))
"""Those of deals and subscriptions: counted in a currency, the others in none."""

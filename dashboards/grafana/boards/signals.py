"""Signals: what customers and systems say beside what is bought, for the same stores and hours."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.boards.today import NET
from daybook.dashboards.grafana.frame import board, built
from daybook.dashboards.grafana.panels import Asked, PanelBuilder

_USUAL = (
    " The usual is the median of the same weekday in the eight weeks before, up to the same time of the"
    " store's wall clock."
)
_NONE = "No signals of this kind have been received for what is chosen."


def signals() -> Dashboard:
    """The board."""
    chosen = [*variables.currency(), *variables.date(), *variables.places(), *variables.channels()]
    chosen += variables.signals_ranking()
    said = "What customers and systems say and do beside what is bought, in the same hours as the sales."
    made = board("signals", "Daybook: Signals", said, chosen, refresh="30s")
    for panel in (
        *(_now(), _curve(), _funnel(), _topics(), _technical(), _tills()),
        *(_ranked(), _sellers(), _campaigns(), _customers(), _deals()),
        *(_mrr(), _movement(), _churn(), _contracts()),
    ):
        made.with_panel(panel)
    return built(made)


def _now() -> PanelBuilder:
    return panels.figures(
        _asked(
            ("So far", "signals_now", 24, 7),
            (
                *("sessions", "conversion", "cart_abandonment", "csat", "csat_answers", "nps", "nps_answers"),
                *("sentiment", "enquiries_opened", "answer_minutes", "payment_failures", "site_errors"),
                *("terminal_faults", "stock_outs"),
            ),
            "Conversion = sessions that bought / sessions. Cart abandonment = carts that did not"
            " buy / carts. CSAT = answers of 4 or 5 / answers; NPS = promoters (9, 10) less detractors (0 to"
            " 6) per hundred answers; neither is shown of fewer than five. The channel is not looked at.",
        )
    )


def _curve() -> PanelBuilder:
    asked = _asked(
        ("Sales and signals by quarter hour", "signals_curve", 24, 9),
        (
            *("net", "sessions", "usual_sessions", "payment_failures", "usual_payment_failures"),
            *("enquiries_opened", "heartbeats", "faults"),
        ),
        f"{NET} Each quarter hour of the stores' wall clocks by itself, sales and signals side by side."
        + _USUAL,
    )
    return panels.curve(asked, label="")


def _funnel() -> PanelBuilder:
    return _table(
        ("The funnel, step by step", "signals_funnel", 12, 8),
        ("step", "reached_step", "went_on", "usually_went_on", "against_usual"),
        "A session counts once, and once for each step. Went on: of those that reached the step before."
        + _USUAL,
    )


def _topics() -> PanelBuilder:
    return _table(
        ("What customers ask and say, by topic", "signals_topics", 12, 8),
        (
            *("topic", "enquiries_opened", "usually_opened", "answer_minutes", "open_now", "csat"),
            *("csat_answers", "nps", "nps_answers", "sentiment", "sentiment_scores"),
        ),
        "Open now is counted over all days. Minutes are from opening to the first answer, of those answered"
        " today. Scores of fewer than five answers are not shown; sentiment as its source gave it, -1 to 1."
        + _USUAL,
    )


def _technical() -> PanelBuilder:
    return _table(
        ("What systems report", "signals_technical", 12, 9),
        ("kind", "what", "times", "usually"),
        "Payments that failed by gateway and reason, faults of tills, errors of sites, products that ran out."
        + _USUAL,
    )


def _tills() -> PanelBuilder:
    return _table(
        ("Signs of life of tills", "signals_tills", 12, 9),
        ("store", "till", "alive_until", "silent_for"),
        "The quarter hour of a till's last heartbeat in a week, and how long ago it ended.",
    )


def _campaigns() -> PanelBuilder:
    return _table(
        ("Campaigns", "signals_campaigns", 12, 8),
        ("campaign", "sales", "orders", "usual_orders", "net", "usual_net"),
        f"{NET} From the sales that name a campaign." + _USUAL,
    )


def _customers() -> PanelBuilder:
    return panels.figures(
        Asked(
            "Customers of 28 days",
            "signals_customers",
            ("customers", "new_customers", "returning_customers", "repeat_rate", "days_between_orders"),
            definition="By the opaque references that sales carry; nobody is known by name. New: their first"
            " order lies in the 28 days. Repeat rate: of these customers, those with more than one order"
            " ever. Days between orders: over all of their orders.",
            empty="No sale of these days names a customer.",
            span=12,
            height=8,
            links=False,
        )
    )


def _deals() -> PanelBuilder:
    asked = _half(
        "Deals: the pipeline now, and 28 days",
        "signals_deals",
        (
            *("pipeline_value", "deals_created", "deals_won", "deals_lost", "won_value", "win_rate"),
            "days_to_close",
        ),
        "The pipeline is the value of all open deals. Win rate = won / decided. Days to close: from a deal's"
        " creation to its being won.",
    )
    return panels.figures(asked)


def _ranked() -> PanelBuilder:
    return _table(
        ("Leaderboard of signals, 28 days", "signals_ranked", 12, 8),
        ("rank", "who", "own_money", "own_number", "made_of", "movement"),
        "The first ten at the chosen stores, by the measure that is chosen above; deals in the chosen"
        " currency. Of what goes wrong, and of days and minutes, less is better. A score of fewer than five"
        " answers has no rank; equal values share one. Movement: against the 28 days before.",
    )


def _sellers() -> PanelBuilder:
    return _table(
        ("Deals by day and person", "signals_sellers", 12, 8),
        ("business_date", "staff", "deals_won", "deals_lost", "won_value", "days_to_close"),
        "Deals that were won or lost at the chosen stores, by their owner, over 28 days.",
    )


def _mrr() -> PanelBuilder:
    asked = _half(
        "Monthly recurring revenue",
        "signals_mrr",
        ("mrr",),
        "The monthly value of active and past due subscriptions at each day's end, over 90 days (Stripe's"
        " published definition).",
    )
    return panels.curve(asked, label="").time_from("90d")


def _movement() -> PanelBuilder:
    asked = _half(
        "What moved it",
        "signals_mrr",
        ("mrr_new", "mrr_reactivation", "mrr_expansion", "mrr_contraction", "mrr_churn", "mrr_moved"),
        "New and reactivated subscribers, subscriptions that became dearer or cheaper, subscribers who pay"
        " nothing any more, and what came from, or went to, another store. The parts of each day add up to"
        " its change.",
    )
    return panels.columns_over_time(asked, label="").time_from("90d")


def _churn() -> PanelBuilder:
    asked = _half(
        "Churn rate of 30 days, and subscribers",
        "signals_mrr",
        ("churn_rate", "subscribers"),
        "Churned subscribers of 30 days / (active 30 days before + new since); Stripe's published"
        " definition.",
    )
    return panels.curve(asked, label="").time_from("90d")


def _contracts() -> PanelBuilder:
    asked = _half(
        "Contracts: won, and recognised by day",
        "signals_contracts",
        ("won_value", "recognised_revenue"),
        "A won contract's value falls in equal parts on the days of its term, to the minor unit.",
    )
    return panels.columns_over_time(asked, label="").time_from("60d")


def _half(title: str, query: str, columns: tuple[str, ...], definition: str) -> Asked:
    """What a panel of half the board's width asks; nothing leads to lines, for there are none."""
    return _asked((title, query, 12, 8), columns, definition)


def _table(asked: tuple[str, str, int, int], columns: tuple[str, ...], definition: str) -> PanelBuilder:
    return panels.rows(_asked(asked, columns, definition))


def _asked(asked: tuple[str, str, int, int], columns: tuple[str, ...], definition: str) -> Asked:
    title, query, span, height = asked
    return Asked(
        title,
        query,
        columns,
        definition=definition,
        empty=_NONE,
        span=span,
        height=height,
        links=False,
    )

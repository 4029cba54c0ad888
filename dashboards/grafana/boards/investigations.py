"""Investigations: shortfalls with their evidence, what was done, and what comes again."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.frame import board, built
from daybook.dashboards.grafana.panels import Asked, PanelBuilder

_COST = "Cost: net sales of the whole business date below the median of like days, never a gain."


def investigations() -> Dashboard:
    """The board."""
    chosen = [*variables.currency(), *variables.places(), *variables.calendar()]
    said = "Shortfalls with their evidence, what is done about them, and which causes come again."
    made = board("investigations", "Daybook: Investigations", said, chosen, refresh="1m")
    for panel in (_open(), _evidence(), _causes(), _weeks(), _actions(), _tracking()):
        made.with_panel(panel)
    return built(made)


def _open() -> PanelBuilder:
    columns = (
        *("case_id", "case_title", "business_date", "first_evidence", "times_spread", "points_to", "owner"),
        *("cost_so_far", "alerts_in_it", "opened_at"),
    )
    return panels.rows(
        Asked(
            "Open cases",
            "cases_open",
            columns,
            definition="A shortfall opens one case by itself, however many alerts find it. What is most"
            " unusual in its hours stands beside it; it is not yet the cause. Whatever the currency.",
            empty="No case is open.",
            span=24,
            height=9,
            links=False,
        )
    )


def _evidence() -> PanelBuilder:
    panel = panels.rows(
        Asked(
            "Evidence of open cases",
            "cases_evidence",
            (
                "case_title",
                "evidence",
                "which",
                "seen",
                "usually",
                "measured_in",
                "times_spread",
                "points_to",
            ),
            definition="What moved in the same hours against like days: the median of the same weekday of"
            " eight weeks, and by how many times its spread it is off. From three times on it is listed.",
            empty="Nothing unusual is known of the hours of open cases.",
            span=24,
            height=10,
            links=False,
        )
    )
    return panels.marked(panel, "times_spread", 10)


def _causes() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Causes, repeated ones first",
            "cases_causes",
            ("cause", "cases", "weeks_with_it", "cost"),
            definition=f"What closed cases ended with. {_COST}",
            empty="No case of this currency has ended with a cause.",
            span=12,
            height=9,
            links=False,
        )
    )


def _weeks() -> PanelBuilder:
    asked = Asked(
        "Week by week",
        "cases_weeks",
        ("week", "cost"),
        definition=f"What shortfalls of each week cost. {_COST}",
        empty="No shortfall of this currency in these weeks.",
        span=12,
        height=9,
        links=False,
    )
    return panels.bars(asked, "week", label="cost of shortfalls")


def _actions() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Actions still to be done",
            "cases_actions",
            ("due", "overdue", "action", "responsible", "case_title"),
            definition="What was promised in cases and is not done; also of closed ones.",
            empty="Nothing is left to be done.",
            span=12,
            height=9,
            links=False,
        )
    )


def _tracking() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Something is wrong with the tracking",
            "cases_tracking",
            ("about", "said", "opened_by", "opened_at", "owner", "case_id"),
            definition="What people say of a figure, an alert or a rule: by `daybook cases open --tracking`"
            " or on the live page's view of cases, to which every board has a link.",
            empty="Nobody says that anything is wrong.",
            span=12,
            height=9,
            links=False,
        )
    )

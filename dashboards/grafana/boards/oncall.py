"""On call: what is wrong, where, and what to do."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.boards.today import NET
from daybook.dashboards.grafana.frame import board, built
from daybook.dashboards.grafana.panels import Asked, PanelBuilder


def oncall() -> Dashboard:
    """The board."""
    chosen = [*variables.currency(), *variables.date(), *variables.places(), *variables.channels()]
    made = board("oncall", "Daybook: On call", "What is wrong, where, and what to do.", chosen, refresh="30s")
    made.with_panel(_alerts())
    made.with_panel(_told())
    made.with_panel(_silent())
    made.with_panel(_pace())
    return built(made)


def _alerts() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Alerts: firing, and of the last two days",
            "oncall_alerts",
            (
                *(
                    "state",
                    "severity",
                    "title",
                    "summary",
                    "store",
                    "business_date",
                    "at_risk",
                    "split",
                    "explained_by",
                ),
                *("fired_at", "updated_at", "acknowledged_by", "acknowledge", "runbook"),
            ),
            definition="Whatever the currency. The parts of a shortfall (orders, units per order,"
            " price, discounts,"
            " reversals) add up to it exactly; beside them the stores, products, channels or sellers"
            " that explain most.",
            empty="No alert fires, and none did in the last two days.",
            span=24,
            height=10,
            links=False,
        )
    )


def _told() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Notification log",
            "oncall_notifications",
            ("decided_at", "receiver", "reason", "status", "about", "attempts", "error"),
            definition="Who was told of which alerts in the last two days, why, and what came of it.",
            empty="Nobody was told anything in the last two days.",
            span=24,
            height=7,
            links=False,
        )
    )


def _silent() -> PanelBuilder:
    panel = panels.rows(
        Asked(
            "Silent tills",
            "oncall_silent_tills",
            ("store", "till", "silent_for", "usual_gap", "times_usual", "days_selling_now"),
            definition="Tills that had sales in the hour before this minute on at least four of the"
            " seven days before, and"
            " how long they have been silent against the median gap between two of their sales on one day.",
            empty="No till usually sells at this hour.",
            span=24,
            height=8,
            links=False,
        )
    )
    return panels.marked(panel, "times_usual", 5)


def _pace() -> PanelBuilder:
    asked = Asked(
        "$store",
        "today_curve",
        ("net", "usual", "last_week", "last_year"),
        definition=f"{NET} Added up by quarter hour of the store's own wall clock. One small curve per"
        " store that is chosen.",
        empty="This store has sold nothing on this business date, nor on those it is compared with.",
        span=6,
        height=6,
    )
    panel = panels.curve(asked, label="net sales, added up")
    return panel.repeat("store").repeat_direction("h").max_per_row(4)

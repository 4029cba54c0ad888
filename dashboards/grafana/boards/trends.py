"""Trends: the regular review of weeks and months."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.boards.today import NET
from daybook.dashboards.grafana.frame import board, built
from daybook.dashboards.grafana.panels import Asked, PanelBuilder

_NOTHING = "Nothing was sold in this time in the stores and currency that are chosen."
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def trends() -> Dashboard:
    """The board."""
    chosen = [*variables.currency(), *variables.places(), *variables.calendar()]
    said = "Weeks and months, like for like, seasonality, and what has moved."
    made = board("trends", "Daybook: Trends", said, chosen, refresh="5m")
    for panel in (
        _periods(),
        _orders(),
        _like_for_like(),
        _channels(),
        _hours(),
        _moved("product"),
        _moved("region"),
        _targets(),
    ):
        made.with_panel(panel)
    return built(made)


def _periods() -> PanelBuilder:
    asked = Asked(
        "Weeks or months",
        "trends_periods",
        ("period", "net", "net_a_year_before"),
        definition=f"{NET} A year before means 364 days for weeks and retail months, the same month"
        " for calendar months."
        " Bars bear the date on which the period begins; the newest is still running.",
        empty=_NOTHING,
        span=24,
        height=9,
        links=False,
    )
    return panels.bars(asked, "period", label="net sales")


def _orders() -> PanelBuilder:
    return panels.rows(
        Asked(
            "In figures",
            "trends_periods",
            ("period", "net", "net_a_year_before", "orders", "aov"),
            definition=f"{NET} Average order = (gross + discounts) / orders.",
            empty=_NOTHING,
            span=12,
            height=9,
            links=False,
        )
    )


def _like_for_like() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Like for like",
            "trends_like_for_like",
            ("week", "stores", "net", "net_a_year_before", "growth"),
            definition=f"{NET} By ISO week, only stores that had sales before both the week and the"
            " one 364 days earlier"
            " began. Growth = net / net a year before - 1.",
            empty="No store that is chosen has been selling for longer than 364 days.",
            span=12,
            height=9,
            links=False,
        )
    )


def _channels() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Channels by week",
            "trends_channels",
            ("week", "channel", "net"),
            definition=f"{NET} All stores together.",
            empty=_NOTHING,
            span=8,
            height=10,
            links=False,
        )
    )


def _hours() -> PanelBuilder:
    panel = panels.rows(
        Asked(
            "Seasonality by weekday and hour",
            "trends_seasonality",
            ("hour", *_DAYS),
            definition=f"{NET} Of an average day over the last eight whole weeks, by the stores' own"
            " wall clocks and"
            " business dates.",
            empty="No whole week has passed yet.",
            span=16,
            height=10,
            links=False,
        )
    )
    return panels.shaded(panel, _DAYS)


def _targets() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Targets against actual, and how right projections were",
            "trends_targets",
            ("business_date", "net", "target", "attainment", "projected_at_noon", "off_at_noon"),
            definition="All stores together, the last 56 business dates before today, by the watcher's"
            " last word of each"
            " date. Off by = close projected twelve hours into the day / net - 1.",
            empty="The watcher has told of no business date before today yet.",
            span=24,
            height=9,
            links=False,
        )
    )


def _moved(what: str) -> PanelBuilder:
    return panels.rows(
        Asked(
            f"{what.capitalize()}s that have moved",
            f"trends_{what}s",
            (what, "net", "net_before", "change", "growth"),
            definition=f"{NET} The last 28 business dates before today against the 28 before them, all"
            " stores together; those"
            " with the largest change, up or down.",
            empty="Nothing has changed from one 28 days to the next.",
            span=12,
            height=10,
            links=False,
        )
    )

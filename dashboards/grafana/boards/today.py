"""Today: where leadership sees how the business day goes."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.frame import board, built
from daybook.dashboards.grafana.panels import Asked, PanelBuilder

NET = (
    "Net = gross + discounts + reversals, without tax, shipping, tips and gift cards; discounts and"
    " reversals are negative."
)
_NOTHING = "Nothing was sold yet on this business date in the stores, channels and currency that are chosen."


def today() -> Dashboard:
    """The board."""
    chosen = [
        *variables.currency(),
        *variables.date(),
        *variables.places(),
        *variables.channels(),
        *variables.view(),
        *variables.grace(),
    ]
    made = board("today", "Daybook: Today", "The business day so far, for leadership.", chosen, refresh="30s")
    for panel in (
        _pace(),
        _compared(),
        _figures(),
        _fresh(),
        _alerts(),
        _curve(),
        _stores(),
        _regions(),
        _channels(),
        _streams(),
    ):
        made.with_panel(panel)
    for panel in (_products("best"), _products("worst"), _reversals(), _days()):
        made.with_panel(panel)
    return built(made)


def _pace() -> PanelBuilder:
    return panels.figures(
        Asked(
            "Against the usual day and the target",
            "today_pace",
            (
                "net",
                "expected",
                "pace",
                "target",
                "attainment",
                "close",
                "low",
                "high",
                "chance",
                "at_risk_money",
            ),
            definition="Expected by now: what the store usually has sold by this quarter hour. Pace ="
            " net / expected."
            " Projected close: net so far and what the rest of a typical day brings, with the band"
            " that nine of ten and"
            " one of ten past misses reach. Chance: the part of past misses with which it would reach"
            " the target. At"
            " risk = target - projected close. Across all channels; the watcher tells it every quarter"
            " hour.",
            empty="The watcher has not told yet where this business date stands: it needs days like it"
            " before.",
            span=24,
            height=4,
        )
    )


def _compared() -> PanelBuilder:
    return panels.figures(
        Asked(
            "Net so far, against the same minute",
            "today_compared",
            ("net", "last_week_by_now", "against_last_week", "last_year_by_now", "against_last_year"),
            definition=f"{NET} Last week is the same weekday seven days before, last year 364 days"
            " before, each up to"
            " the minute that the store's own wall clock shows now; a date that is over counts whole.",
            empty=_NOTHING,
            span=24,
            height=4,
        )
    )


def _figures() -> PanelBuilder:
    return panels.figures(
        Asked(
            "The day's figures",
            "today_figures",
            ("gross", "discounts", "discount_share", "reversals", "reversal_share", "orders", "aov", "upt"),
            definition="Gross: goods and services before discount, reversal, tax, shipping and tip."
            " Average order"
            " = (gross + discounts) / orders. Units per order = (units - returned units) / orders."
            " Reversals are"
            " refunds and voids on the day they were processed.",
            empty=_NOTHING,
            span=18,
            height=5,
        )
    )


def _fresh() -> PanelBuilder:
    return panels.figures(
        Asked(
            "How fresh",
            "trust_freshness",
            ("newest_age", "behind"),
            definition="Age of the newest event that the totals hold, by when the log took it: it"
            " grows while nobody"
            " sells. Beside it the events that ClickHouse has and the totals have not counted yet.",
            empty="Nothing has been counted yet.",
            span=6,
            height=5,
            links=False,
        )
    )


def _curve() -> PanelBuilder:
    return panels.curve(
        Asked(
            "The day's curve",
            "today_curve",
            ("net", "usual", "last_week", "last_year"),
            definition=f"{NET} Added up by quarter hour of the stores' own wall clocks. The usual day"
            " is the median of the same weekday in the eight weeks before. Where stores"
            " begin their day"
            " at different hours, the axis shows hours since the day began. The date on the axis means"
            " nothing.",
            empty=_NOTHING,
            span=24,
            height=10,
        ),
        label="net sales, added up",
    )


def _alerts() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Open alerts",
            "today_alerts",
            (
                "state",
                "severity",
                "title",
                "summary",
                "at_risk",
                "fired_at",
                "acknowledged_by",
                "acknowledge",
                "runbook",
            ),
            definition="Alerts that are not over, whatever the currency. At risk: target, or usual"
            " close, less the"
            " projected close.",
            empty="No alert is open.",
            span=24,
            height=6,
            links=False,
        )
    )


def _stores() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Stores",
            "today_by_store",
            (
                "store",
                "store_name",
                "region",
                "business_date",
                "net",
                "orders",
                "aov",
                "upt",
                "discounts",
                "reversals",
            ),
            definition=f"{NET} Each store is on its own business date. A store's name leads to its lines.",
            empty=_NOTHING,
            span=24,
            height=10,
        )
    )


def _regions() -> PanelBuilder:
    asked = Asked(
        "Regions",
        "today_by_region",
        ("region", "net"),
        definition=f"{NET} A store counts in the region that the stores file gives it now.",
        empty=_NOTHING,
        span=8,
        height=8,
    )
    return panels.bars(asked, "region", label="net sales")


def _channels() -> PanelBuilder:
    asked = Asked(
        "Channels", "today_by_channel", ("channel", "net"), definition=NET, empty=_NOTHING, span=8, height=8
    )
    return panels.bars(asked, "channel", label="net sales")


def _streams() -> PanelBuilder:
    asked = Asked(
        "Revenue streams",
        "today_by_stream",
        ("revenue_stream", "net"),
        definition=f"{NET} A revenue stream is what the event says it is, such as retail or service.",
        empty=_NOTHING,
        span=8,
        height=8,
    )
    return panels.bars(asked, "revenue_stream", label="net sales")


def _products(which: str) -> PanelBuilder:
    said = {"best": "highest", "worst": "lowest"}[which]
    return panels.rows(
        Asked(
            f"{which.capitalize()} products",
            f"today_{which}_products",
            ("product", "product_name", "net", "net_units"),
            definition=f"The ten products with the {said} net sales of the day. {NET} Net units ="
            " units - returned units.",
            empty=_NOTHING,
            span=12,
            height=9,
        )
    )


def _reversals() -> PanelBuilder:
    asked = Asked(
        "Reversals by store",
        "today_reversals",
        ("store", "reversals"),
        definition="Refunds and voids of goods and services, without tax; negative. The choice above"
        " shows them on the"
        " day they were processed, or moves them to the day of the sale that they reverse.",
        empty="Nothing was reversed on this business date.",
        span=12,
        height=9,
    )
    return panels.bars(asked, "store", label="reversals", horizontal=True)


def _days() -> PanelBuilder:
    return panels.rows(
        Asked(
            "State of the days",
            "today_days",
            ("business_date", "store", "state", "closes_at", "net"),
            definition="A business day is provisional until its grace time after the store's end of"
            " day has passed,"
            " then closed. What comes later still counts on its day: see the board Trust.",
            empty="None of these days has sales.",
            span=12,
            height=9,
            links=False,
        )
    )

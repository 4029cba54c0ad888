"""Trust: can I believe the figures?"""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.frame import LAST_DAY, board, built
from daybook.dashboards.grafana.panels import Asked, PanelBuilder

_QUIET = "The log took no event in this window."


def trust() -> Dashboard:
    """The board."""
    chosen = [*variables.currency(), *variables.places(), *variables.grace()]
    said = "Can I believe it? What came in, what became of it, and whether two ways to one figure agree."
    made = board("trust", "Daybook: Trust", said, chosen, window=LAST_DAY, refresh="30s")
    for panel in (_fresh(), _sums(), _received(), _delay(), _partitions(), _dead_letters(), _reconciled()):
        made.with_panel(panel)
    for panel in (_late(), _restated()):
        made.with_panel(panel)
    return built(made)


def _fresh() -> PanelBuilder:
    return panels.figures(
        Asked(
            "Freshness",
            "trust_freshness",
            ("newest_age", "checkpoint_age", "behind"),
            definition="Age of the newest counted event, of the partition whose checkpoint is oldest,"
            " and how many events"
            " ClickHouse has that the totals have not counted. Ages grow while nobody sells; what is"
            " behind must not.",
            empty="Nothing has been counted yet.",
            span=12,
            height=5,
            links=False,
        )
    )


def _sums() -> PanelBuilder:
    return panels.figures(
        Asked(
            "Received = counted + duplicates + dead letters",
            "trust_freshness",
            ("received", "counted", "duplicates", "dead", "differing"),
            definition="Of all events since the log's epoch began. Superseded snapshots are among the"
            " duplicates."
            " The difference has to be 0.",
            empty="Nothing has been counted yet.",
            span=12,
            height=5,
            links=False,
        )
    )


def _received() -> PanelBuilder:
    asked = Asked(
        "What became of events",
        "trust_received",
        ("counted", "duplicates", "dead"),
        definition="Events by when the log took them. Duplicates were counted before, dead letters"
        " could not be counted.",
        empty=_QUIET,
        span=12,
        height=8,
        links=False,
    )
    return panels.columns_over_time(asked, label="events")


def _delay() -> PanelBuilder:
    asked = Asked(
        "From the till to the log",
        "trust_delay",
        ("median_delay", "p95_delay"),
        definition="Seconds between the time that the till states and the log's own. Tills that were"
        " offline show here.",
        empty=_QUIET,
        span=12,
        height=8,
        links=False,
    )
    return panels.curve(asked, label="delay in seconds")


def _partitions() -> PanelBuilder:
    panel = panels.rows(
        Asked(
            "Partitions",
            "trust_partitions",
            (
                "partition",
                "received",
                "counted",
                "duplicates",
                "dead",
                "differing",
                "behind",
                "checkpoint_age",
            ),
            definition="Per partition of the log: what it received since the log's epoch began, what"
            " became of it, and how"
            " far the totals are behind what ClickHouse has.",
            empty="Nothing has been counted yet.",
            span=12,
            height=8,
            links=False,
        )
    )
    return panels.marked(panels.marked(panel, "differing", 1), "behind", 1000)


def _dead_letters() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Dead letters by reason and producer",
            "trust_dead_letters",
            ("reason", "producer", "dead_letters", "replayable", "newest", "newest_id"),
            definition="Events of this window that could not be counted, kept with their bytes."
            " `daybook dead-letters show"
            " ID` shows one; those that can be replayed count once their cause is gone.",
            empty="No dead letter came in this window.",
            span=12,
            height=8,
            links=False,
        )
    )


def _reconciled() -> PanelBuilder:
    panel = panels.rows(
        Asked(
            "Totals held against lines",
            "trust_reconciliation",
            ("business_date", "net_of_totals", "net_of_lines", "difference", "orders_difference"),
            definition="Net sales of all stores by the worker's totals and by adding up the counted"
            " lines, for the last"
            " eight business dates. Both differences have to be 0; `daybook reconcile` compares every"
            " measure.",
            empty="Nothing has been counted yet in this currency.",
            span=12,
            height=9,
            links=False,
        )
    )
    return panels.marked(panel, "orders_difference", 1)


def _late() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Late events",
            "trust_late",
            ("store", "late_events", "net", "business_dates", "oldest_business_date", "longest_delay"),
            definition="Events that the log took in this window more than an hour after they had"
            " happened. They count on"
            " their own business date.",
            empty="No event came more than an hour late in this window.",
            span=12,
            height=9,
            links=False,
        )
    )


def _restated() -> PanelBuilder:
    return panels.rows(
        Asked(
            "Restatements",
            "trust_restatements",
            ("business_date", "store", "events", "net_since_close", "newest"),
            definition="What events that the log took after a business day had closed have changed on"
            " it, in the last 35"
            " dates. `daybook days show DATE` lists them one by one.",
            empty="No closed day of the last 35 has changed since.",
            span=24,
            height=9,
            links=False,
        )
    )

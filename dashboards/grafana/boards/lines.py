"""Lines: where the links of all figures end."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.frame import board, built
from daybook.dashboards.grafana.panels import Asked

_COLUMNS = (
    *(
        "business_date",
        "wall_time",
        "store",
        "till",
        "order",
        "event",
        "channel",
        "staff",
        "product",
        "product_name",
    ),
    *("net_units", "gross", "discounts", "reversals", "net", "tax", "position"),
)


def lines() -> Dashboard:
    """The board."""
    chosen = [
        *variables.currency(),
        *variables.date(),
        *variables.places(),
        *variables.channels(),
        *variables.details(),
    ]
    made = board("lines", "Daybook: Lines", "The counted lines behind a figure.", chosen, refresh="1m")
    made.with_panel(
        panels.rows(
            Asked(
                "Counted lines, newest first",
                "lines",
                _COLUMNS,
                definition="At most 500. A line is the smallest posting; net = gross + discounts +"
                " reversals. The time is the"
                " store's wall clock. The position names the event in the log: epoch, partition and"
                " offset.",
                empty="No counted line fits what is chosen.",
                span=24,
                height=22,
            )
        )
    )
    return built(made)

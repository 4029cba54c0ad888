"""What all boards have in common: the window, the links from board to board, the fixed time zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import Dashboard, DashboardCursorSync, DashboardLinkType

from daybook.dashboards.grafana.variables import Variable

TAG: Final = "daybook"
DAY: Final = ("now/d", "now/d+6h")
"""A window of thirty hours in which a day's curve is drawn by the stores' wall clocks, whatever the date."""
LAST_DAY: Final = ("now-24h", "now")
PAGE: Final = "http://127.0.0.1:8400"
"""Where the live page is, unless a deploy says otherwise."""


def board(
    name: str,
    title: str,
    description: str,
    variables: Sequence[Variable],
    *,
    window: tuple[str, str] = DAY,
    refresh: str,
) -> dashboard.Dashboard:
    """A board without panels. Its time zone is UTC for everyone: dates and wall clocks come as they are."""
    made = (
        dashboard.Dashboard(title)
        .uid(f"daybook-{name}")
        .description(description)
        .tags([TAG])
        .timezone("utc")
        .time(*window)
        .refresh(refresh)
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(_others())
        .link(_wrong(name))
        .editable()
    )
    if window == DAY:
        made.timepicker(dashboard.TimePicker().hidden(True))
    for variable in variables:
        made.with_variable(variable)
    return made


def _others() -> dashboard.DashboardLink:
    return (
        dashboard.DashboardLink("Daybook")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(True)
        .include_vars(True)
        .keep_time(False)
        .icon("external link")
        .tooltip("The other boards, with what is chosen here")
    )


def _wrong(name: str) -> dashboard.DashboardLink:
    return (
        dashboard.DashboardLink("Does a figure here look wrong?")
        .type(DashboardLinkType.LINK)
        .url(f"{PAGE}/cases?board={name}#tracking")
        .icon("question")
        .target_blank(True)
        .tooltip("Say so on the live page: it lands among the cases")
    )


def built(made: dashboard.Dashboard) -> Dashboard:
    """The board as the SDK's model, with panels numbered in their order, so that two builds are alike."""
    model = made.build()
    for number, panel in enumerate(model.panels or [], start=1):
        panel.id_val = number
    return model

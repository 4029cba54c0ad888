"""Leaderboards: one for everyone on a wall screen, one for managers with the bottom lists."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.boards.recognition import well_done
from daybook.dashboards.grafana.boards.today import NET
from daybook.dashboards.grafana.frame import board, built
from daybook.dashboards.grafana.panels import Asked, PanelBuilder

_COLUMNS = ("rank", "who", "net", "movement", "orders", "aov")
_RULES = (
    " Equal values share a rank. Movement is the rank in the period before less the rank now. A return"
    " takes from its"
    " original seller on the day it is processed."
)


def leaderboard() -> Dashboard:
    """For everyone: top lists and one's own line, and no bottom list."""
    made = _board("leaderboard", "Daybook: Leaderboard", "Who stands where, readable from across a room.")
    made.with_panel(_list("The first ten", "leaderboard_top", large=True, height=18))
    made.with_panel(_own())
    made.with_panel(_teams())
    made.with_panel(_own_measures())
    made.with_panel(_signals())
    made.with_panel(well_done(9))
    return built(made)


def managers() -> Dashboard:
    """For managers: the same, and the last ten."""
    made = _board("managers", "Daybook: Leaderboard for managers", "Top and bottom lists. For managers only.")
    made.with_panel(_list("The first ten", "leaderboard_top", large=False, height=11))
    made.with_panel(_list("The last ten, of those with orders", "leaderboard_bottom", large=False, height=11))
    made.with_panel(_own())
    return built(made)


def _board(name: str, title: str, description: str) -> dashboard.Dashboard:
    chosen = [*variables.currency(), *variables.date(), *variables.ranking()]
    return board(name, title, description, chosen, refresh="30s")


def _list(title: str, query: str, *, large: bool, height: int) -> PanelBuilder:
    asked = Asked(
        title,
        query,
        _COLUMNS,
        definition=f"{NET}{_RULES}",
        empty="Nobody has sold anything in this period yet.",
        span=24,
        height=height,
        links=False,
    )
    panel = panels.rows(asked)
    return panels.for_walls(panel) if large else panel


def _teams() -> PanelBuilder:
    asked = Asked(
        "Teams, and attainment of own targets",
        "leaderboard_teams",
        ("ranked", "rank", "who", "measure", "amount", "ratio", "movement", "state", "as_of"),
        definition="From the live leaderboards that the watcher keeps for the chosen kind of period:"
        " teams by each"
        " of their measures (money in the chosen currency), and whoever is ranked by attainment = net"
        " / own target."
        " State says whether the period's last day is closed.",
        empty="The watcher keeps no leaderboard of teams or of attainment for this kind of period.",
        span=24,
        height=9,
        links=False,
    )
    return panels.rows(asked)


def _own_measures() -> PanelBuilder:
    asked = Asked(
        "By measures of our own",
        "leaderboard_measures",
        ("measure", "ranked", "rank", "who", "own_money", "own_number", "movement", "state", "as_of"),
        definition="From the live leaderboards that the watcher keeps for the chosen kind of period:"
        " whoever is ranked by a measure of the measures file (DAYBOOK_MEASURES_FILE), which says how it is"
        " computed; where no leaderboards file says otherwise, stores are. Exact, and rounded to be shown.",
        empty="No measures file names a measure of your own, or nothing was sold in this period yet.",
        span=24,
        height=9,
        links=False,
    )
    return panels.rows(asked)


def _signals() -> PanelBuilder:
    asked = Asked(
        "By what customers and systems say",
        "leaderboard_signals",
        ("measure", "ranked", "rank", "who", "own_money", "own_number", "movement", "state", "as_of"),
        definition="From the live leaderboards that the watcher keeps for the chosen kind of period: whoever"
        " is ranked by a measure of signals, such as deals closed; where no leaderboards file says"
        " otherwise, staff by deals, stores by CSAT and conversion. Of fewer than five answers there is no"
        " score. Money is in the chosen currency, all else of all of them.",
        empty="No board over signals is kept for this kind of period, or nobody sends signals.",
        span=24,
        height=9,
        links=False,
    )
    return panels.rows(asked)


def _own() -> PanelBuilder:
    asked = Asked(
        "My own line",
        "leaderboard_own",
        (*_COLUMNS, "to_the_next"),
        definition=f"{NET}{_RULES} To the next above: what is missing to the one before.",
        empty="Write your id into My id above: your line is shown here, wherever you stand.",
        span=24,
        height=5,
        links=False,
    )
    return panels.rows(asked)

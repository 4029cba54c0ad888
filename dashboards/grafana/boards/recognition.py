"""Recognition, for everyone; and coaching, for managers alone."""

from __future__ import annotations

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models.dashboard import Dashboard

from daybook.dashboards.grafana import panels, variables
from daybook.dashboards.grafana.frame import board, built
from daybook.dashboards.grafana.panels import Asked

_STANDING = (
    "An award is pending while its period or the time for returns is open, then confirmed. A refund or void"
    " takes back its share on the day of its sale, and a late sale counts for its own day."
)


def well_done(height: int) -> table.Panel:
    """The newest awards, as everyone may see them."""
    return panels.rows(
        Asked(
            "Well done",
            "recognition_latest",
            (
                *("who", "earned_for", "dates", "given", "prize_money", "given_for", "given_by"),
                *("status", "public_at"),
            ),
            definition=f"Awards that everyone may see: their owners knew first. {_STANDING}",
            empty="Nothing has been given yet that everyone may see.",
            span=24,
            height=height,
            links=False,
        )
    )


def recognition() -> Dashboard:
    """What was earned, once whoever earned it has known for long enough."""
    made = board(
        "recognition",
        "Daybook: Recognition",
        "What was earned by the rewards programmes, and what people gave each other.",
        variables.currency(),
        refresh="1m",
    )
    made.with_panel(panels.for_walls(well_done(12)))
    made.with_panel(
        panels.rows(
            Asked(
                "Points of the last 28 days",
                "recognition_points",
                ("earned_for", "who", "confirmed_points", "pending_points", "corrected_points"),
                definition=f"{_STANDING} Corrected: what came later, or was taken back, after that.",
                empty="No programme has given points in this currency in the last 28 days.",
                span=12,
                height=12,
                links=False,
            )
        )
    )
    made.with_panel(
        panels.rows(
            Asked(
                "Programmes in the last 28 days",
                "recognition_programmes",
                (
                    *("earned_for", "given_by_rule", "pending_awards", "confirmed_awards"),
                    *("withdrawn_awards", "prize_money"),
                ),
                definition=f"{_STANDING} Withdrawn: earned, and lost again before it was confirmed.",
                empty="No programme has given anything in the last 28 days.",
                span=12,
                height=12,
                links=False,
            )
        )
    )
    return built(made)


def coaching() -> Dashboard:
    """Who may need help, in what, and what was noted: for managers only, and no ranking of people."""
    made = board(
        "coaching",
        "Daybook: Coaching",
        "Who is behind their own past or target, for how long, and in what. For managers only.",
        variables.currency(),
        refresh="5m",
    )
    made.with_panel(
        panels.rows(
            Asked(
                "Behind their own past or target",
                "coaching_behind",
                (
                    *("of_whom", "who", "weeks_behind", "week", "net", "usual_week", "target", "by_orders"),
                    *("by_basket", "by_discounts", "by_returns", "listed_now", "notes_kept", "last_note"),
                ),
                definition="The last complete week, by day of sale, below nine tenths of the median of the"
                " own eight weeks before, or of the own target; and so for how many weeks in a row. The"
                " differences by orders, basket, discounts and returns add up to net less the usual week.",
                empty="Nobody is behind. It takes four complete weeks before anybody can be.",
                span=24,
                height=14,
                links=False,
            )
        )
    )
    made.with_panel(
        panels.rows(
            Asked(
                "Notes",
                "coaching_notes",
                ("noted_at", "who", "noted_by", "note_text"),
                definition="What managers noted with `daybook coaching note` or on the live page.",
                empty="Nothing was noted.",
                span=24,
                height=10,
                links=False,
            )
        )
    )
    return built(made)

"""Names of the topics; none is ever created by chance.

What is counted by partition has the same number of partitions everywhere. What one process decides at a time,
from all of them, has a single one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

EVENTS: Final = "sales.events"
TOTALS: Final = "sales.totals"
OUTCOMES: Final = "sales.outcomes"
DEAD_LETTERS: Final = "sales.dead-letters"
SIGNALS: Final = "sales.signals"
SIGNAL_TOTALS: Final = "sales.signal-totals"
SIGNAL_OUTCOMES: Final = "sales.signal-outcomes"
SIGNAL_DEAD_LETTERS: Final = "sales.signal-dead-letters"
ALL: Final = (EVENTS, TOTALS, OUTCOMES, DEAD_LETTERS)
"""The topics that are partitioned by order, all alike."""
ALL_SIGNALS: Final = (SIGNALS, SIGNAL_TOTALS, SIGNAL_OUTCOMES, SIGNAL_DEAD_LETTERS)
"""The topics that are partitioned by the subject of signals, all alike."""


class Counted(NamedTuple):
    """What one kind of worker counts: its source, and where it tells what came of it."""

    source: str
    totals: str
    outcomes: str
    dead_letters: str


SALES: Final = Counted(*ALL)
SIGNS: Final = Counted(*ALL_SIGNALS)

TICKS: Final = "daybook.ticks"
"""The time and people's commands, by which the watcher's agents go."""
ALERTS: Final = "sales.alerts"
NOTIFICATIONS: Final = "sales.notifications"
LEADERBOARDS: Final = "sales.leaderboards"
TARGETS: Final = "sales.targets"
ADJUSTMENTS: Final = "sales.adjustments"
AWARDS: Final = "sales.awards"
"""The ledger of points and awards."""
COACHING: Final = "sales.coaching"
"""Who is behind, with what was noted; for managers only."""
CASES: Final = "sales.cases"
STATES: Final = (ALERTS, NOTIFICATIONS, LEADERBOARDS, TARGETS, ADJUSTMENTS, AWARDS, COACHING, CASES)
"""State topics: the newest record of a key says how it stands."""
PROJECTIONS: Final = "sales.projections"
"""Where each day will close, as it was seen at a moment; kept for some days, for ClickHouse has them then."""
SINGLE: Final = (TICKS, PROJECTIONS, *STATES)
"""The topics of one partition."""

AGENTS: Final = ("leaderboards", "watch", "notify", "projections", "rewards", "cases")
"""The agents that go by ticks; each keeps a table of one partition."""

RECEIVED_AT_HEADER: Final = "daybook-received-at"
"""Record header in which the gateway notes when it received an event, ISO 8601 in UTC."""
TRACE_HEADER: Final = "traceparent"
"""Record header of a trace that a sender has asked for: W3C Trace Context."""


def agent_changelog(application: str, agent: str) -> str:
    """Name of the topic behind the table of an agent that goes by ticks."""
    return f"{application}-{agent}-changelog"

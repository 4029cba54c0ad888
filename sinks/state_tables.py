"""Which state topics go to which tables: one entry each, all that the sink needs to know of them."""

from __future__ import annotations

from typing import Final

from daybook.sinks.alert_rows import ALERTS, NOTIFICATIONS
from daybook.sinks.award_rows import AWARDS, COACHING
from daybook.sinks.case_rows import CASES
from daybook.sinks.leaderboard_rows import LEADERBOARDS
from daybook.sinks.plan_rows import ADJUSTMENTS, PROJECTIONS, TARGETS
from daybook.sinks.signal_rows import SIGNAL_TABLES
from daybook.sinks.states import StateTopic

STATE_TOPICS: Final[tuple[StateTopic, ...]] = (
    ALERTS,
    NOTIFICATIONS,
    LEADERBOARDS,
    TARGETS,
    ADJUSTMENTS,
    PROJECTIONS,
    AWARDS,
    COACHING,
    CASES,
    *SIGNAL_TABLES,
)

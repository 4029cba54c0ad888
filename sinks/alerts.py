"""Reading alerts and the notification log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from daybook.schemas.alerts import Alert
from daybook.schemas.notifications import Notification
from daybook.sinks.store import Store

OPEN: Final = ("pending", "firing", "acknowledged", "silenced")
"""States of an alert that is not over."""
_ALERTS: Final = """
SELECT document FROM alerts FINAL
WHERE state IN {states:Array(String)}
ORDER BY indexOf(['firing', 'acknowledged', 'silenced', 'pending', 'resolved'], state), updated_at DESC
LIMIT {limit:UInt32}
"""
_ONE: Final = "SELECT document FROM alerts FINAL WHERE startsWith(dedup_key, {key:String}) LIMIT 2"
_NOTIFICATIONS: Final = """
SELECT document FROM notifications FINAL
WHERE has(arrayConcat(firing, acknowledged, resolved), {key:String})
ORDER BY decided_at, receiver
LIMIT 200
"""
_REPORTS: Final = """
SELECT document FROM notifications FINAL
WHERE reason = 'report'
ORDER BY decided_at DESC
LIMIT 1000
"""


def alerts(store: Store, states: Sequence[str] = OPEN, limit: int = 200) -> list[Alert]:
    """Alerts in some states: what fires first, then the newest."""
    rows = store.rows(_ALERTS, {"states": list(states), "limit": limit})
    return [Alert.model_validate_json(row[0]) for row in rows]


def alerts_by_key(store: Store, key: str) -> list[Alert]:
    """The alerts whose dedup key begins so; two at most, for more than one is one too many."""
    return [Alert.model_validate_json(row[0]) for row in store.rows(_ONE, {"key": key})]


def notifications(store: Store, dedup_key: str) -> list[Notification]:
    """What was told about an alert, in the order of the decisions."""
    return [
        Notification.model_validate_json(row[0]) for row in store.rows(_NOTIFICATIONS, {"key": dedup_key})
    ]


def told_reports(store: Store) -> list[Notification]:
    """The reports that were decided last, whoever they are for."""
    return [Notification.model_validate_json(row[0]) for row in store.rows(_REPORTS)]

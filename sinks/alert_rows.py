"""Rows of alerts and of the notification log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from daybook.schemas import topics
from daybook.schemas.alerts import Alert
from daybook.schemas.notifications import Notification
from daybook.sinks.rows import milliseconds
from daybook.sinks.states import StateRecord, StateTopic
from daybook.sinks.store import Row

_DAY: Final = ("actual", "expected", "projected_close", "low", "high", "target", "chance", "at_risk")
_MEASURED: Final = ("value", "usual", "level")
_ALERT_COLUMNS: Final = (
    "dedup_key", "version", "rule", "kind", "severity", "dimension", "key", "store_id", "region", "currency",
    "business_date", "state", "reason", "title", "summary", "started_at", "updated_at", "fired_at",
    "resolved_at", "times_fired", "acknowledged_by", "silenced_by", "inhibited_by", *_MEASURED, *_DAY,
    "test", "document",
)  # fmt: skip
_NOTIFICATION_COLUMNS: Final = (
    "notification_id", "version", "receiver", "group_key", "reason", "status", "decided_at",
    "last_attempt_at", "sent_at", "attempts", "error", "firing", "acknowledged", "resolved", "document",
)  # fmt: skip


def alert_rows(record: StateRecord) -> Sequence[Row]:
    """The row of an alert.

    Raises:
        pydantic.ValidationError: not an alert.
    """
    alert = Alert.model_validate_json(record.value)
    scope = alert.scope
    return [
        (
            alert.dedup_key,
            alert.version,
            alert.rule,
            alert.kind.value,
            alert.severity.value,
            scope.dimension.value,
            scope.key or "",
            scope.store or "",
            scope.region or "",
            scope.currency or "",
            alert.business_date,
            alert.state.value,
            alert.reason,
            alert.title,
            alert.summary,
            milliseconds(alert.started_at),
            milliseconds(alert.updated_at),
            _instant(alert.fired_at),
            _instant(alert.resolved_at),
            alert.times_fired,
            alert.acknowledged.by if alert.acknowledged else "",
            alert.silenced_by or "",
            alert.inhibited_by or "",
            *(getattr(alert.measured, name, None) for name in _MEASURED),
            *(getattr(alert.day, name, None) for name in _DAY),
            int(alert.test),
            record.value.decode(),
        )
    ]


def notification_rows(record: StateRecord) -> Sequence[Row]:
    """The row of an entry of the notification log.

    Raises:
        pydantic.ValidationError: not such an entry.
    """
    entry = Notification.model_validate_json(record.value)
    return [
        (
            entry.notification_id,
            entry.version,
            entry.receiver,
            entry.group_key,
            entry.reason.value,
            entry.status.value,
            milliseconds(entry.decided_at),
            _instant(entry.last_attempt_at),
            _instant(entry.sent_at),
            entry.attempts,
            entry.error or "",
            list(entry.firing),
            list(entry.acknowledged),
            list(entry.resolved),
            record.value.decode(),
        )
    ]


def _instant(moment: datetime | None) -> int | None:
    return milliseconds(moment) if moment is not None else None


ALERTS: Final = StateTopic(topics.ALERTS, "alerts", _ALERT_COLUMNS, alert_rows)
NOTIFICATIONS: Final = StateTopic(
    topics.NOTIFICATIONS, "notifications", _NOTIFICATION_COLUMNS, notification_rows
)

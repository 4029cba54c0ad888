"""Alerts and notifications as they are told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson

from daybook.schemas.alerts import Alert, AlertState
from daybook.schemas.notifications import Notification, NotificationStatus, NotifyReason
from daybook.schemas.reports import ReportKind, ReportPeriod, WrittenReport

NOW = datetime(2026, 3, 10, 13, 15, 30, tzinfo=UTC)
_EXAMPLES = Path(__file__).resolve().parents[3] / "schemas" / "examples" / "alerts"


def alert(**changes: Any) -> Alert:
    """The published example: a region that sells less than usual."""
    body = orjson.loads((_EXAMPLES / "alert--region-low.json").read_bytes())
    return Alert.model_validate_json(orjson.dumps(body | changes))


def firing(*alerts: Alert, reason: NotifyReason = NotifyReason.FIRST, **changes: Any) -> Notification:
    """A notification that they fire."""
    told = alerts or (alert(),)
    return _notification(told, reason, **({"firing": [a.dedup_key for a in told]} | changes))


def resolved(*alerts: Alert, at: datetime = NOW) -> Notification:
    """A notification that they are over."""
    told = [
        a.model_copy(update={"state": AlertState.RESOLVED, "resolved_at": at}) for a in alerts or (alert(),)
    ]
    return _notification(told, NotifyReason.RESOLVED, resolved=[a.dedup_key for a in told])


def _notification(alerts: Any, reason: NotifyReason, **keys: Any) -> Notification:
    body: dict[str, Any] = {
        "notification_id": f"on-call/{reason.value}/1",
        "version": 1,
        "receiver": "on-call",
        "group_key": "sales/region=North",
        "reason": reason,
        "status": NotificationStatus.DUE,
        "decided_at": NOW,
        "alerts": list(alerts),
    }
    return Notification(**(body | keys))


def secret(found: str) -> Any:
    """A reader of secrets that knows one."""
    return lambda _name: found


def reported() -> Notification:
    """A report of a day, as it is sent."""
    return _notification(
        [],
        NotifyReason.REPORT,
        group_key="report/day/2026-03-09",
        report=ReportPeriod(kind=ReportKind.DAY, first=date(2026, 3, 9), last=date(2026, 3, 9)),
        written=WrittenReport(
            title="Monday 9 March 2026",
            markdown="# Monday 9 March 2026\n\n**Net sales GBP 1,234.50**\n",
            html="<!doctype html><title>Monday</title><p>GBP 1,234.50</p>",
        ),
    )

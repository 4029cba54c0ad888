"""Alerts and the notification log in ClickHouse: written as any state, read as they stand."""

from __future__ import annotations

import orjson

from daybook.schemas.alerts import AlertState
from daybook.schemas.notifications import NotificationStatus
from daybook.sinks.alert_rows import ALERTS, NOTIFICATIONS
from daybook.sinks.alerts import alerts, alerts_by_key, notifications
from daybook.sinks.store import Store
from tests.sinks.notifiers.samples import alert, firing, resolved
from tests.sinks.test_states import pending, write


def test_an_alert_stands_as_its_newest_version_says(embedded: Store) -> None:
    """Versions decide, not the order of the log; what is not over comes first."""
    fires = alert(version=1)
    over = fires.model_copy(update={"state": AlertState.RESOLVED, "version": 5})
    other = alert(dedup_key="a" * 32, version=2)
    log = [orjson.loads(each.model_dump_json(exclude_none=True)) for each in (over, fires, other)]
    write(embedded, pending(ALERTS, *log))
    write(embedded, pending(ALERTS, *log[1:], first=1))
    assert alerts(embedded) == [other]
    assert [found.state for found in alerts(embedded, ["firing", "resolved"])] == ["firing", "resolved"]
    assert alerts_by_key(embedded, fires.dedup_key[:8]) == [over]
    row = embedded.records("SELECT * FROM alerts FINAL WHERE state = 'resolved'")[0]
    assert (row["usual"], row["projected_close"], row["region"], row["at_risk"]) == (
        600_000,
        5_760_000,
        "North",
        240_000,
    )


def test_the_log_tells_what_was_told_of_an_alert(embedded: Store) -> None:
    """Due, then sent: one row, as it stands; in the order of the decisions."""
    due = firing()
    sent = due.model_copy(update={"status": NotificationStatus.SENT, "version": 2, "attempts": 1})
    log = [orjson.loads(each.model_dump_json(exclude_none=True)) for each in (due, sent, resolved())]
    write(embedded, pending(NOTIFICATIONS, *log))
    told = notifications(embedded, due.firing[0])
    assert [(entry.reason, entry.status) for entry in told] == [
        ("first_notification", "sent"),
        ("resolved", "due"),
    ]
    assert notifications(embedded, "f" * 32) == []

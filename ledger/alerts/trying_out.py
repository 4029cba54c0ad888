"""A test alert: nothing is wrong, and whoever gets it sees that. Once it is told, its end is told. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from daybook.ledger.alerts.keys import dedup_key
from daybook.schemas.alert_commands import TestAlert
from daybook.schemas.alerts import Alert, AlertKind, AlertState, Dimension, Scope, Severity
from daybook.schemas.notifications import Notification, NotificationStatus, NotifyReason

_RULE: Final = "test"


def tried_out(command: TestAlert, receiver: str, now: datetime, version: int) -> Notification:
    """The entry of a test for one receiver."""
    alert = _alert(command, now, version)
    return Notification(
        notification_id=f"{receiver}/test/{command.test_id}",
        version=version,
        receiver=receiver,
        group_key=f"test/{command.test_id}",
        reason=NotifyReason.TEST,
        status=NotificationStatus.DUE,
        decided_at=now,
        firing=[alert.dedup_key],
        alerts=[alert],
    )


def its_end(test: Notification, version: int) -> Notification | None:
    """The entry that ends a test that was taken, so that nothing stays open; None for anything else."""
    if test.reason is not NotifyReason.TEST or not test.firing:
        return None
    ended = {"state": AlertState.RESOLVED, "resolved_at": test.last_attempt_at, "version": version}
    return Notification(
        notification_id=f"{test.notification_id}/end",
        version=version,
        receiver=test.receiver,
        group_key=test.group_key,
        reason=NotifyReason.TEST,
        status=NotificationStatus.DUE,
        decided_at=test.decided_at,
        resolved=test.firing,
        alerts=[alert.model_copy(update=ended) for alert in test.alerts],
    )


def _alert(command: TestAlert, now: datetime, version: int) -> Alert:
    scope = Scope(dimension=Dimension.ALL)
    return Alert(
        dedup_key=dedup_key(f"{_RULE}/{command.test_id}", scope, now.date()),
        version=version,
        rule=_RULE,
        kind=AlertKind.RECEIVER,
        severity=Severity.INFO,
        scope=scope,
        business_date=now.date(),
        state=AlertState.FIRING,
        reason="test",
        finding="test",
        title="Test: this receiver is reached",
        summary=f"Nothing is wrong. {command.by} wanted to see whether alerts arrive here.",
        started_at=now,
        updated_at=now,
        fired_at=now,
        times_fired=1,
        test=True,
    )

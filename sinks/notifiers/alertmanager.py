"""Prometheus Alertmanager, API v2. It does its own grouping and repeating on top of what it is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import orjson

from daybook.schemas.alerts import Alert, Links
from daybook.schemas.notifications import Notification
from daybook.schemas.receivers import AlertmanagerReceiver
from daybook.sinks.notifiers.contract import Secret, client, post
from daybook.sinks.notifiers.telling import text

_HELD: Final = timedelta(days=2)
"""An alert that is told no end is over then. A business day is, by that time; Alertmanager's own default of a
few minutes would resolve what still fires between two repeats."""


class AlertmanagerNotifier:
    """Posts alerts; ends have their time, by which they are resolved."""

    def __init__(
        self,
        receiver: AlertmanagerReceiver,
        secret: Secret,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._receiver = receiver
        self._secret = secret
        self._http = client(receiver.timeout_seconds, transport=transport)

    async def send(self, notification: Notification) -> None:
        """See ``Notifier``."""
        body = orjson.dumps(alerts(notification))
        await post(self._http, f"{self._receiver.url.rstrip('/')}/api/v2/alerts", body, self._login())

    def _login(self) -> dict[str, str]:
        receiver = self._receiver
        if receiver.bearer_token_file is not None:
            return {"authorization": f"Bearer {self._secret(receiver.bearer_token_file)}"}
        if receiver.basic_user is not None and receiver.basic_password_file is not None:
            password = self._secret(receiver.basic_password_file)
            basic = httpx.BasicAuth(receiver.basic_user, password)
            request = next(basic.auth_flow(httpx.Request("POST", receiver.url)))
            return {"authorization": request.headers["authorization"]}
        return {}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def alerts(notification: Notification) -> list[dict[str, Any]]:
    """The alerts of a notification as Alertmanager takes them; one known by its key alone cannot be told."""
    return [_alert(alert, notification) for alert in notification.alerts]


def _alert(alert: Alert, notification: Notification) -> dict[str, Any]:
    only = notification.model_copy(update={"alerts": [alert]})
    over = alert.dedup_key in notification.resolved
    until = (alert.resolved_at or notification.decided_at) if over else notification.decided_at + _HELD
    told: dict[str, Any] = {
        "labels": labels(alert),
        "annotations": {
            "summary": alert.title,
            "description": alert.summary,
            "text": text(only),
            "dedup_key": alert.dedup_key,
            **_annotated(alert.links),
        },
        "startsAt": _instant(alert.fired_at or alert.started_at),
        "endsAt": _instant(until),
    }
    if alert.links.board is not None:
        told["generatorURL"] = alert.links.board
    return told


def labels(alert: Alert) -> dict[str, str]:
    """What Alertmanager knows an alert by: nothing in it changes while the alert goes on."""
    found = {
        "alertname": alert.rule,
        "job": "daybook",
        "kind": alert.kind.value,
        "dimension": alert.scope.dimension.value,
        "key": alert.scope.key,
        "currency": alert.scope.currency,
        "store": alert.scope.store,
        "region": alert.scope.region,
        "severity": alert.severity.value,
        "business_date": alert.business_date.isoformat(),
    }
    return {name: value for name, value in found.items() if value}


def _annotated(links: Links) -> dict[str, str]:
    found = {"runbook_url": links.runbook, "acknowledge_url": links.acknowledge, "silence_url": links.silence}
    return {name: value for name, value in found.items() if value}


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

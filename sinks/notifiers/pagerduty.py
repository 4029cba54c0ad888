"""PagerDuty, Events API v2: one event per alert, known by its dedup key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import httpx
import orjson

from daybook.schemas.alerts import Alert
from daybook.schemas.notifications import Notification
from daybook.schemas.receivers import PagerDutyReceiver
from daybook.sinks.notifiers.contract import Secret, client, post
from daybook.sinks.notifiers.telling import text

_SUMMARY: Final = 1024
"""Characters of a summary, at most; longer ones are refused."""


class PagerDutyNotifier:
    """Triggers, acknowledges and resolves."""

    def __init__(
        self, receiver: PagerDutyReceiver, secret: Secret, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._receiver = receiver
        self._secret = secret
        self._http = client(receiver.timeout_seconds, transport=transport)

    async def send(self, notification: Notification) -> None:
        """See ``Notifier``. Events that were taken before one failed come again, and change nothing."""
        key = self._secret(self._receiver.routing_key_file)
        for event in events(notification):
            await post(self._http, self._receiver.url, orjson.dumps({"routing_key": key} | event))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def events(notification: Notification) -> Iterator[dict[str, Any]]:
    """The events of a notification, without the key of the integration; resolving ones last."""
    alerts = {alert.dedup_key: alert for alert in notification.alerts}
    for key in notification.firing:
        if key in alerts:
            yield _trigger(alerts[key], notification)
    for key in notification.acknowledged:
        yield {"event_action": "acknowledge", "dedup_key": key}
    for key in notification.resolved:
        yield {"event_action": "resolve", "dedup_key": key}


def _trigger(alert: Alert, notification: Notification) -> dict[str, Any]:
    links = [
        {"href": href, "text": text}
        for text, href in (("Board", alert.links.board), ("What to do", alert.links.runbook))
        if href is not None
    ]
    details = alert.model_dump(mode="json", exclude_none=True, exclude={"links", "title"})
    only = notification.model_copy(update={"alerts": [alert]})
    event: dict[str, Any] = {
        "event_action": "trigger",
        "dedup_key": alert.dedup_key,
        "client": "Daybook",
        "payload": {
            "summary": alert.title[:_SUMMARY],
            "source": alert.scope.key or "all stores",
            "severity": alert.severity.value,
            "timestamp": (alert.fired_at or alert.updated_at).isoformat(),
            "component": alert.scope.dimension.value,
            "group": alert.scope.region or notification.group_key,
            "class": alert.kind.value,
            "custom_details": {"text": text(only), "alert": details},
        },
        "links": links,
    }
    if alert.links.board is not None:
        event["client_url"] = alert.links.board
    return event

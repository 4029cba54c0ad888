"""The alerts as they stand, read from ``sales.alerts``; the notification log is read in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from daybook.schemas import topics
from daybook.schemas.alerts import Alert
from daybook.schemas.notifications import Notification
from daybook.streams.following import TopicFollower
from daybook.streams.ticks import PLACE


class AlertsFollower(TopicFollower):
    """Keeps every alert at its newest version."""

    def __init__(self, bootstrap: str, consumer_options: Mapping[str, Any] | None = None) -> None:
        super().__init__(bootstrap, topics.ALERTS, PLACE + 1, consumer_options)
        self._alerts: dict[str, Alert] = {}

    def take(self, record: Any) -> None:
        """Take over the state of an alert; one without a value is not kept any more."""
        key = (record.key or b"").decode()
        if record.value is None:
            self._alerts.pop(key, None)
            return
        alert = Alert.model_validate_json(record.value)
        known = self._alerts.get(alert.dedup_key)
        if known is None or alert.version >= known.version:
            self._alerts[alert.dedup_key] = alert

    def all(self) -> Iterable[Alert]:
        """Every alert that is kept, as it stands."""
        return self._alerts.values()

    def get(self, dedup_key: str) -> Alert | None:
        """One alert."""
        return self._alerts.get(dedup_key)


class NotificationsFollower(TopicFollower):
    """Tells every entry of the notification log, in the order in which it was written."""

    def __init__(
        self,
        bootstrap: str,
        told: Callable[[Notification], None],
        consumer_options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(bootstrap, topics.NOTIFICATIONS, PLACE + 1, consumer_options)
        self._told = told

    def take(self, record: Any) -> None:
        """Tell an entry."""
        if record.value:
            self._told(Notification.model_validate_json(record.value))

"""The alerts as they stand, read from ``sales.alerts``; awards and the notification log in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from daybook.schemas import topics
from daybook.schemas.alerts import Alert
from daybook.schemas.awards import Award, decode_award_record
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


class AwardsFollower(TopicFollower):
    """Keeps every award of which there is something to tell at its newest version."""

    def __init__(self, bootstrap: str, consumer_options: Mapping[str, Any] | None = None) -> None:
        super().__init__(bootstrap, topics.AWARDS, PLACE + 1, consumer_options)
        self._awards: dict[str, Award] = {}

    def take(self, record: Any) -> None:
        """Take over the state of an award; other records of the topic are others'."""
        if not record.value:
            return
        award = decode_award_record(record.value)
        if isinstance(award, Award) and award.news is not None:
            known = self._awards.get(award.award_id)
            if known is None or award.version >= known.version:
                self._awards[award.award_id] = award

    def all(self) -> Iterable[Award]:
        """The awards, as they stand."""
        return self._awards.values()


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

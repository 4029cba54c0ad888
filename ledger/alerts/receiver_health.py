"""Which receivers take no notification, from the notification log. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from daybook.ledger.alerts.facts import ReceiverFacts
from daybook.schemas.notifications import Notification, NotificationStatus


class _Failing(NamedTuple):
    since: datetime
    attempts: int


class ReceiverHealth:
    """Takes the log's entries in the order in which they were written."""

    def __init__(self) -> None:
        self._failing: dict[str, _Failing] = {}

    def take(self, entry: Notification) -> None:
        """Take over an entry: what was taken ends a failure, what was not begins one or goes on with it."""
        if entry.status is NotificationStatus.SENT:
            self._failing.pop(entry.receiver, None)
        elif entry.error is not None and entry.last_attempt_at is not None:
            known = self._failing.get(entry.receiver) or _Failing(entry.last_attempt_at, 0)
            self._failing[entry.receiver] = known._replace(attempts=known.attempts + 1)

    def facts(self, receiver: str) -> ReceiverFacts:
        """Since when a receiver has taken nothing."""
        failing = self._failing.get(receiver)
        return ReceiverFacts(failing.since, failing.attempts) if failing else ReceiverFacts(None, 0)

    def of(self, receivers: Iterable[str]) -> dict[str, ReceiverFacts]:
        """The same of several."""
        return {receiver: self.facts(receiver) for receiver in receivers}

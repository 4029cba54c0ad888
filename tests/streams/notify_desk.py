"""A notify agent on a table that survives it, with receivers and alerts to play with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from daybook.ledger.alerts.entries import Tried
from daybook.schemas.alerts import Alert, AlertState
from daybook.schemas.notifications import Notification
from daybook.schemas.rules import RulesFile
from daybook.schemas.ticks import Command
from daybook.streams.notify_agent import NotifyAgent
from tests.sinks.notifiers.samples import alert

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
RULES = RulesFile.model_validate(
    {
        "rules": [],
        "receivers": [
            {"id": name, "type": "webhook", "url": "http://127.0.0.1:9", "secret_file": "s"}
            for name in ("desk", "phone")
        ],
        "routes": [
            {
                "name": "all",
                "receivers": ["desk", "phone"],
                "group_wait_seconds": 0,
                "group_interval_seconds": 0,
                "repeat_minutes": 60,
            }
        ],
    }
)


class Killed(Exception):
    """The process is gone."""


class Post:
    """Receivers that take what they are told, unless they are down; a try ends at once."""

    def __init__(self) -> None:
        self.taken: list[Notification] = []
        self.down: set[str] = set()
        self.results: list[Tried] = []
        self.now = NOON
        self.dies: str = ""

    def start(self, notification: Notification) -> None:
        """Try."""
        if self.dies == "before sending":
            raise Killed
        if notification.receiver in self.down:
            self.results.append(Tried(notification.notification_id, self.now, "it is down"))
            return
        self.taken.append(notification)
        if self.dies == "after sending":
            raise Killed
        self.results.append(Tried(notification.notification_id, self.now, None))

    def take_results(self) -> Sequence[Tried]:
        """How it went."""
        results, self.results = self.results, []
        return results

    def heard(self, receiver: str) -> dict[str, str]:
        """What a receiver thinks of each alert, by what it was told last."""
        known: dict[str, str] = {}
        for told in self.taken:
            if told.receiver == receiver:
                known |= dict.fromkeys(told.firing, "fires") | dict.fromkeys(told.resolved, "is over")
        return known


class Desk:
    """An agent on a table that survives it, and alerts as they stand."""

    def __init__(self) -> None:
        self.post = Post()
        self.table: dict[bytes, bytes] = {}
        self.alerts: dict[str, Alert] = {}
        self.now = NOON
        self.agent = self._begun()
        self.told: list[Notification] = []

    def _begun(self) -> NotifyAgent:
        agent = NotifyAgent(lambda: RULES, self.post, self._closed)
        agent.restore(self.table)
        return agent

    def _closed(self, now: datetime) -> date:
        """Days close six hours after midnight."""
        return (now - timedelta(hours=30)).date()

    def all(self) -> Sequence[Alert]:
        """The view."""
        return list(self.alerts.values())

    def tick(self, seconds: int = 10, commands: Sequence[Command] = (), dies: str = "") -> None:
        """Time goes on by seconds; the process may die on the way, and is started anew."""
        self.now += timedelta(seconds=seconds)
        self.post.now, self.post.dies = self.now, dies
        try:
            self._decide(commands, dies)
        except Killed:
            self.post.results.clear()
            self.agent = self._begun()
        self.post.dies = ""

    def _decide(self, commands: Sequence[Command], dies: str) -> None:
        outcome = self.agent.on_tick(self.now, self, commands)
        if dies == "before logging":
            raise Killed
        for key, value in outcome.entries.items():
            if value is None:
                self.table.pop(key, None)
            else:
                self.table[key] = value
        self.told += [Notification.model_validate_json(r.value or b"") for r in outcome.records]
        if outcome.then is not None:
            outcome.then()

    def fire(self, name: str) -> str:
        """An alert fires, now."""
        key = name * 32
        self._set(key, state=AlertState.FIRING, fired_at=self.now.isoformat())
        return key

    def end(self, name: str) -> None:
        """It is over."""
        self._set(name * 32, state=AlertState.RESOLVED, resolved_at=self.now.isoformat())

    def _set(self, key: str, **changes: Any) -> None:
        known = self.alerts.get(key)
        fired = {"fired_at": known.fired_at.isoformat()} if known and known.fired_at else {}
        body = fired | changes | {"dedup_key": key, "updated_at": self.now.isoformat()}
        self.alerts[key] = alert(**body)

    def entry(self, receiver: str) -> Notification:
        """The last entry of a receiver."""
        (found,) = [
            entry
            for value in self.table.values()
            if (entry := Notification.model_validate_json(value)).receiver == receiver
        ]
        return found

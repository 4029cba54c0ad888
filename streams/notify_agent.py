"""The notify agent: who is told of alerts, reports and awards, and the log of it, which survives a kill.

The order of a notification:

1. decide, and write the entry as due, in one transaction;
2. after it has committed: send;
3. write the entry as sent, or as refused with the time of the try.

Whoever dies after 1 finds the entry due and sends it; after 2, sends it again. So a notification may come
twice and is never left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from daybook.ledger.alerts import entries
from daybook.ledger.alerts.entries import Tried
from daybook.ledger.alerts.notifying import Group, notify
from daybook.ledger.alerts.routing import groups
from daybook.ledger.alerts.trying_out import its_end, tried_out
from daybook.ledger.due_reports import due_reports, is_newest
from daybook.ledger.rewards.telling import due_awards, is_remembered
from daybook.schemas import topics
from daybook.schemas.alert_commands import TestAlert
from daybook.schemas.alerts import Alert
from daybook.schemas.awards import Award
from daybook.schemas.notifications import Notification, NotificationStatus, NotifyReason
from daybook.schemas.rules import RulesFile
from daybook.schemas.ticks import Command
from daybook.streams.ticks import PLACE, Outcome
from daybook.streams.writer import Outgoing

log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=2)
"""For which the entry of a group that is over is remembered."""
_ENTRY: Final = b"log|"


class Dispatch(Protocol):
    """Sends. It is told what to send once that is written as due, and says later how it went."""

    def start(self, notification: Notification) -> None:
        """Send a notification, if it is not under way already."""

    def take_results(self) -> Sequence[Tried]:
        """How tries went since the last call."""


class Alerts(Protocol):
    """The view of the alerts."""

    def all(self) -> Iterable[Alert]:
        """Every alert that is kept, as it stands."""


class NotifyAgent:
    """Decides and logs.

    Args:
        rules: gives the rules file that holds now.
        dispatch: sends.
        closed: gives the last business date that is closed at every store at a time; without it no report is
            due.
        awards: gives the awards as they stand.
    """

    name = "notify"

    def __init__(
        self,
        rules: Callable[[], RulesFile],
        dispatch: Dispatch,
        closed: Callable[[datetime], date | None] = lambda _now: None,
        awards: Callable[[], Iterable[Award]] = tuple,
    ) -> None:
        self._rules = rules
        self._dispatch = dispatch
        self._closed = closed
        self._awards = awards
        self._log: dict[tuple[str, str], Notification] = {}
        self._changed: list[Notification] = []
        self._gone: list[tuple[str, str]] = []
        self._handed: list[Notification] = []

    def know(self, told: Iterable[Notification]) -> None:
        """Go on with reports that were told elsewhere, where the log does not know them."""
        self._handed = list(told)

    @property
    def waiting(self) -> int:
        """Notifications that no receiver has taken yet."""
        return sum(entry.status is NotificationStatus.DUE for entry in self._log.values())

    def failing(self) -> dict[str, int]:
        """By receiver, how many of those were refused at least once."""
        found: dict[str, int] = {}
        for entry in self._log.values():
            if entry.status is NotificationStatus.DUE and entry.attempts:
                found[entry.receiver] = found.get(entry.receiver, 0) + 1
        return found

    def restore(self, written: Mapping[bytes, bytes]) -> None:
        """Know what is logged."""
        known = [Notification.model_validate_json(value) for value in written.values()]
        self._log = {(entry.receiver, entry.group_key): entry for entry in known}
        self._changed, self._gone = [], []

    def on_tick(self, now: datetime, view: Alerts, commands: Sequence[Command]) -> Outcome:
        """Take in how tries went, decide what is due, and have it sent once that is written."""
        self._changed, self._gone = [], []
        rules = self._rules()
        for entry in self._handed:
            if (entry.receiver, entry.group_key) not in self._log:
                self._put(entry)
        self._handed = []
        for result in self._dispatch.take_results():
            self._note(result, rules)
        for command in commands:
            if isinstance(command, TestAlert):
                self._try_out(command, rules, now)
        for group in groups(rules.routes, view.all()):
            self._ask(group, now)
        self._report(rules, now)
        for entry in list(due_awards(self._awards(), self._log.values(), rules.receivers, now)):
            self._put(entry)
        self._forget(now, {receiver.id for receiver in rules.receivers})
        return self._outcome(now)

    def _note(self, result: Tried, rules: RulesFile) -> None:
        entry = next((e for e in self._log.values() if e.notification_id == result.notification_id), None)
        if entry is None or entry.status is not NotificationStatus.DUE:
            # Something newer was decided about the group while this was on its way.
            return
        version = entry.version + 1
        if result.why is None:
            taken = entries.taken(entry, result.at, version)
            self._put(taken)
            if (end := its_end(taken, version)) is not None:
                self._put(end)
            return
        minutes = next((r.give_up_after_minutes for r in rules.receivers if r.id == entry.receiver), 0)
        log.log(
            logging.DEBUG if entry.attempts else logging.WARNING,
            "%s did not take a notification, which is tried again: %s",
            entry.receiver,
            result.why,
        )
        # Nothing decides a report anew once it is given up: it is tried until it is taken.
        give_up = timedelta(minutes=minutes) if entry.report is None else timedelta.max
        self._put(entries.refused(entry, result.why, result.at, version, give_up))

    def _try_out(self, command: TestAlert, rules: RulesFile, now: datetime) -> None:
        for receiver in rules.receivers:
            if command.receiver in (None, receiver.id):
                self._put(tried_out(command, receiver.id, now, self._version(now)))

    def _ask(self, group: Group, now: datetime) -> None:
        known = self._log.get((group.receiver, group.key))
        telling = notify(group, entries.judged_by(known), now)
        untold = known is not None and known.status is NotificationStatus.DUE
        if telling.due and not (untold and telling.reason is NotifyReason.REPEAT):
            self._put(entries.due(group, telling, known, now, self._version(now, known)))

    def _report(self, rules: RulesFile, now: datetime) -> None:
        closed = self._closed(now) if rules.reports else None
        if closed is not None:
            for entry in list(due_reports(rules.reports, self._log.values(), closed, now)):
                self._put(entry)

    def _version(self, now: datetime, known: Notification | None = None) -> int:
        at = int(now.timestamp() * 1000) * 1000
        return at if known is None else max(at, known.version + 1)

    def _put(self, entry: Notification) -> None:
        self._log[entry.receiver, entry.group_key] = entry
        self._changed.append(entry)

    def _forget(self, now: datetime, receivers: set[str]) -> None:
        for place, entry in list(self._log.items()):
            needed = is_newest(entry, self._log.values()) or is_remembered(entry, now)
            if entry.receiver not in receivers or (entries.over(entry, now, KEPT) and not needed):
                del self._log[place]
                self._gone.append(place)

    def _outcome(self, now: datetime) -> Outcome:
        written: dict[bytes, bytes | None] = dict.fromkeys(map(_key, self._gone), None)
        records = []
        for entry in self._changed:
            value = entry.model_dump_json(exclude_none=True).encode()
            written[_key((entry.receiver, entry.group_key))] = value
            records.append(Outgoing(topics.NOTIFICATIONS, entry.notification_id.encode(), value, PLACE))
        to_send = [
            entry
            for entry in self._log.values()
            if entry.status is NotificationStatus.DUE and entries.next_try(entry) <= now
        ]
        return Outcome(written, records, lambda: self._send(to_send))

    def _send(self, to_send: Sequence[Notification]) -> None:
        for entry in to_send:
            self._dispatch.start(entry)


def _key(place: tuple[str, str]) -> bytes:
    return _ENTRY + "|".join(place).encode()

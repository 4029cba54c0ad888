"""The watch agent: what is found at a tick, what becomes of each alert, and what people said to it.

Alerts and silences are in its table, so that a kill leaves them; what is decided goes to ``sales.alerts`` in
the same transaction. Nothing is sent here: that is the notifier's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from daybook.ledger.alerts.findings import Finding
from daybook.ledger.alerts.states import Details, acknowledge
from daybook.ledger.alerts.watching import Evaluation, Question, decide
from daybook.ledger.merged import MergedTotals
from daybook.schemas import topics
from daybook.schemas.alert_commands import AcknowledgeAlert, EndSilence, SilenceAlerts
from daybook.schemas.alerts import Alert, AlertState, Silence
from daybook.schemas.rules import RulesFile
from daybook.schemas.ticks import Command
from daybook.streams.ticks import PLACE, Outcome
from daybook.streams.writer import Outgoing

KEPT: Final = timedelta(days=2)
"""For which an alert is kept after it is over, and a silence after its end."""
_ALERT: Final = b"alert|"
_SILENCE: Final = b"silence|"
_FACT: Final = b"fact|"


class Asking(Protocol):
    """Gathers the facts."""

    def prepared(self, now: datetime, view: MergedTotals) -> Iterator[None]:
        """Do bit by bit what takes long, before ``questions`` is asked about the same moment."""

    def questions(
        self, rules: RulesFile, now: datetime, view: MergedTotals, going_on: Iterable[Alert]
    ) -> Iterable[Question]:
        """What is asked at a moment, with the facts by which each is judged."""

    def details(self, question: Question, finding: Finding) -> Details:
        """What an alert carries for those who are told of it."""

    def changes(self) -> Iterable[tuple[bytes, bytes | None]]:
        """What it has to remember since this was asked last: entries, of which None removes one."""

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Forget everything, and know what these entries say."""


class WatchAgent:
    """Decides.

    Args:
        rules: gives the rules file that holds now.
        asking: gathers the facts.
        every: time between two evaluations of the rules; commands are carried out with every tick.
    """

    name = "watch"

    def __init__(self, rules: Callable[[], RulesFile], asking: Asking, every: timedelta) -> None:
        self._rules = rules
        self._asking = asking
        self._every = every
        self.alerts: dict[str, Alert] = {}
        self.silences: dict[str, Silence] = {}
        self._evaluated_at: datetime | None = None
        self._written: dict[bytes, bytes | None] = {}
        self._told: dict[str, bytes | None] = {}
        self._handed: list[Alert] = []

    def know(self, alerts: Iterable[Alert]) -> None:
        """Go on with alerts that were kept elsewhere, where the table does not know them."""
        self._handed = list(alerts)

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Know what was decided."""
        self.alerts, self.silences, self._evaluated_at = {}, {}, None
        self._asking.restore(
            {key[len(_FACT) :]: value for key, value in entries.items() if key.startswith(_FACT)}
        )
        for key, value in entries.items():
            if key.startswith(_ALERT):
                alert = Alert.model_validate_json(value)
                self.alerts[alert.dedup_key] = alert
            elif key.startswith(_SILENCE):
                silence = Silence.model_validate_json(value)
                self.silences[silence.silence_id] = silence

    def prepare(self, now: datetime, view: MergedTotals) -> Iterator[None]:
        """Get ready for a moment, if the rules are to be evaluated then."""
        if self._due(now):
            yield from self._asking.prepared(now, view)

    def _due(self, now: datetime) -> bool:
        return self._evaluated_at is None or now - self._evaluated_at >= self._every

    def on_tick(self, now: datetime, view: MergedTotals, commands: Sequence[Command]) -> Outcome:
        """Carry out commands, and evaluate the rules where that is due."""
        self._written, self._told = {}, {}
        version = max(
            [int(now.timestamp() * 1000) * 1000, *(alert.version + 1 for alert in self.alerts.values())]
        )
        for alert in self._handed:
            if alert.dedup_key not in self.alerts:
                self._keep(alert)
        self._handed = []
        for command in commands:
            self._carry_out(command, now, version)
        silencing = any(isinstance(command, (SilenceAlerts, EndSilence)) for command in commands)
        if silencing or self._due(now):
            self._evaluate(now, view, version)
            self._evaluated_at = now
        self._forget(now)
        return Outcome(
            self._written,
            [Outgoing(topics.ALERTS, key.encode(), value, PLACE) for key, value in self._told.items()],
        )

    def _carry_out(self, command: Command, now: datetime, version: int) -> None:
        match command:
            case AcknowledgeAlert():
                kept = self.alerts.get(command.dedup_key)
                if kept is not None:
                    decision = acknowledge(kept, command.by, command.at, command.note, version)
                    if decision.alert is not None and decision.changed:
                        self._keep(decision.alert)
            case SilenceAlerts():
                self._silence(command.silence)
            case EndSilence():
                silence = self.silences.get(command.silence_id)
                if silence is not None and silence.starts_at < now < silence.ends_at:
                    self._silence(silence.model_copy(update={"ends_at": now}))
            case _:
                # A test is the notifier's.
                pass

    def _evaluate(self, now: datetime, view: MergedTotals, version: int) -> None:
        rules = self._rules()
        evaluation = Evaluation(rules, now, version, list(self.silences.values()), self._asking.details)
        going_on = [alert for alert in self.alerts.values() if alert.state is not AlertState.RESOLVED]
        questions = self._asking.questions(rules, now, view, going_on)
        for decision in decide(questions, self.alerts, evaluation):
            if decision.alert is not None:
                self._keep(decision.alert)
        self._written |= {_FACT + key: value for key, value in self._asking.changes()}

    def _keep(self, alert: Alert) -> None:
        self.alerts[alert.dedup_key] = alert
        value = alert.model_dump_json(exclude_none=True).encode()
        self._written[_ALERT + alert.dedup_key.encode()] = value
        self._told[alert.dedup_key] = value

    def _silence(self, silence: Silence) -> None:
        self.silences[silence.silence_id] = silence
        key = _SILENCE + silence.silence_id.encode()
        self._written[key] = silence.model_dump_json(exclude_none=True).encode()

    def _forget(self, now: datetime) -> None:
        for key, alert in list(self.alerts.items()):
            if alert.state is AlertState.RESOLVED and (alert.resolved_at or alert.updated_at) + KEPT < now:
                del self.alerts[key]
                self._written[_ALERT + key.encode()] = None
                self._told[key] = None
        for silence_id, silence in list(self.silences.items()):
            if silence.ends_at + KEPT < now:
                del self.silences[silence_id]
                self._written[_SILENCE + silence_id.encode()] = None

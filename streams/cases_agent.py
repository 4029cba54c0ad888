"""The cases agent: shortfalls become cases, their evidence is gathered, and what people do is carried out.

Cases are in its table, so that a kill leaves them; how each stands goes to ``sales.cases`` in the same
transaction. A case is known by the alert that opened it, so that no restart opens a second one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from daybook.ledger.calendar import QUARTER, Calendar
from daybook.ledger.cases.desk import Desk
from daybook.ledger.cases.gathering import Witnesses
from daybook.ledger.merged import MergedTotals
from daybook.ledger.signals.merged import MergedSignals
from daybook.schemas import topics
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.alerts import Alert
from daybook.schemas.cases import Case, CaseCommand
from daybook.schemas.ticks import Command
from daybook.streams.ticks import PLACE, Outcome
from daybook.streams.writer import Outgoing

log = logging.getLogger(__name__)


class AlertsView(Protocol):
    """The alerts as they stand."""

    def all(self) -> Iterable[Alert]:
        """Every alert that is kept."""


class Sight(NamedTuple):
    """What the agent sees beside the totals.

    ``complete`` says whether alerts and signals are read to what stood in their topics at the beginning:
    before that only people's commands are carried out.
    """

    calendar: Calendar
    alerts: AlertsView
    signals: MergedSignals
    adjustments: Callable[[], Iterable[Adjustment]] = tuple
    complete: Callable[[], bool] = lambda: True


class CasesAgent:
    """Keeps cases: looks at alerts with every tick, at evidence for new cases and once in some seconds.

    ``seconds`` are a quarter hour if left out, for that is the grain of what it looks at.
    """

    name: Final = "cases"

    def __init__(self, sight: Sight, seconds: int = QUARTER) -> None:
        self._sight = sight
        self._seconds = seconds
        self.desk = Desk()
        self._looked_at = -1
        self._handed: list[Case] = []

    @property
    def signals(self) -> MergedSignals:
        """The signal totals that it looks at."""
        return self._sight.signals

    def know(self, cases: Iterable[Case]) -> None:
        """Go on with cases that were kept elsewhere, where the table does not know them."""
        self._handed = list(cases)

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Know the cases as they were told."""
        self.desk = Desk(Case.model_validate_json(value) for value in entries.values())
        self._looked_at = -1

    def on_tick(self, now: datetime, view: MergedTotals, commands: Sequence[Command]) -> Outcome:
        """Carry out commands, give every shortfall its case, and look into cases where that is due."""
        self.desk.take_over(self._handed)
        self._handed = []
        for command in commands:
            if isinstance(command, CaseCommand):
                refused = self.desk.carry_out(command, now)
                if refused is not None:
                    log.warning("A command on a case was not carried out: %s", refused)
        if self._sight.complete():
            self._decide(now, view)
        changed = self.desk.take_changed()
        entries = {
            key.encode(): case.model_dump_json(exclude_none=True).encode() if case else None
            for key, case in changed.items()
        }
        # Whoever reads the topic has every case there ever was: what is only forgotten here stays there.
        told = [Outgoing(topics.CASES, key, value, PLACE) for key, value in entries.items() if value]
        return Outcome(entries, told)

    def _decide(self, now: datetime, view: MergedTotals) -> None:
        sight, before = self._sight, len(self.desk.cases)
        alerts = {alert.dedup_key: alert for alert in sight.alerts.all()}
        self.desk.open_and_join(alerts, now)
        turn = int(now.timestamp()) // self._seconds
        if turn != self._looked_at or len(self.desk.cases) != before:
            self._looked_at = turn
            witnesses = Witnesses(
                sight.calendar, view, sight.signals, list(sight.adjustments()), list(alerts.values())
            )
            self.desk.look_into(witnesses, now)

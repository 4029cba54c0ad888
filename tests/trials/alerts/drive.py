"""Drives the product's own rules through simulated weeks, one evaluation every quarter hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from daybook.ledger.alerts.asking import sales_questions
from daybook.ledger.alerts.figures import Figures
from daybook.ledger.alerts.gathering import Gathering
from daybook.ledger.alerts.glance import Glance
from daybook.ledger.alerts.sheet import Row, Sheet
from daybook.ledger.alerts.states import Reason
from daybook.ledger.alerts.watching import Evaluation, decide
from daybook.ledger.calendar import Calendar
from daybook.schemas.alerts import Alert, AlertState
from daybook.schemas.rules import RulesFile
from daybook.schemas.stores import StoreEntry
from tests.trials.alerts.plants import PROMOTION, Planted
from tests.trials.alerts.shops import CURRENCY, PAST_WEEKS, Ints

RULES: Final = Path(__file__).parents[3] / "daybook" / "defaults" / "rules.json"
_DAY: Final = timedelta(days=1)
_FIRST, _LAST = 8 * 4, 21 * 4
"""Quarter hours between which there is something to see: from an hour before opening to one after closing."""
_AFTER: Final = timedelta(minutes=1)
"""Evaluations come a minute after the quarter hour is over."""


class Fired(NamedTuple):
    """An alert that fired, and when."""

    alert: Alert
    at: datetime


class Course(NamedTuple):
    """What came of a run."""

    fired: list[Fired]
    evaluations: int


def default_rules() -> RulesFile:
    """The rules that come with Daybook."""
    return RulesFile.model_validate_json(RULES.read_bytes())


class Run:
    """One simulated business: what has arrived so far, and what has been decided."""

    def __init__(self, planted: Planted, rules: RulesFile) -> None:
        self._planted, self._rules = planted, rules
        weeks = planted.weeks
        self._rows = [Row(store.store_id, CURRENCY) for store in weeks.stores]
        self._calendar = Calendar(weeks.stores)
        self._sheet = Sheet()
        self._kept: dict[str, Alert] = {}
        self._waiting: list[tuple[Ints, date, int]] = []
        self._version = 0
        for number in range(7 * PAST_WEEKS):
            self._sheet.put_days(
                self._rows, weeks.days[number], self._amounts(slice(None), number, slice(None))
            )

    def course(self) -> Course:
        """Run all watched days."""
        gathering, fired = Gathering(self._sheet, self._calendar), list[Fired]()
        days = self._planted.weeks.days[7 * PAST_WEEKS :]
        for day in days:
            for quarter in range(_FIRST, _LAST):
                self._arrive(day, quarter)
                now = (
                    datetime(day.year, day.month, day.day, tzinfo=UTC) + (quarter + 1) * 15 * _AFTER + _AFTER
                )
                fired += self._evaluate(gathering, now)
        return Course(fired, self._version)

    def _evaluate(self, gathering: Gathering, now: datetime) -> list[Fired]:
        self._version += 1
        glance = Glance(gathering, now, self._factor)
        going_on = [alert for alert in self._kept.values() if alert.state is not AlertState.RESOLVED]
        questions = sales_questions(self._rules.rules, glance, self._figures(now), going_on)
        fired = []
        for decision in decide(questions, self._kept, Evaluation(self._rules, now, self._version)):
            assert decision.alert is not None
            self._kept[decision.alert.dedup_key] = decision.alert
            if decision.reason is Reason.HELD and decision.alert.state is AlertState.FIRING:
                fired.append(Fired(decision.alert, now))
        return fired

    def _figures(self, _now: datetime) -> Figures:
        return {}

    def _factor(self, store: StoreEntry, day: date) -> Fraction:
        """What is known beforehand: how long the promotion was meant to run."""
        promoted = any(
            store.region == region and first <= day <= last
            for region, first, last in self._planted.promotions
        )
        return PROMOTION if promoted else Fraction(1)

    def _arrive(self, day: date, quarter: int) -> None:
        """A quarter hour's sales arrive, and those that were on their way for long."""
        over = datetime(day.year, day.month, day.day, tzinfo=UTC) + (quarter + 1) * timedelta(minutes=15)
        stuck = np.zeros(len(self._rows), bool)
        for stores, start, end in self._planted.held_back:
            if start < over <= end:
                stuck[stores] = True
        late, self._waiting = self._waiting, []
        for stores, of_day, of_quarter in late:
            self._put(stores, of_day, of_quarter, stuck)
        self._put(
            np.flatnonzero(self._planted.weeks.orders[:, self._number(day), quarter]), day, quarter, stuck
        )

    def _put(self, stores: Ints, day: date, quarter: int, stuck: NDArray[np.bool_]) -> None:
        """What of it is stuck waits on."""
        arriving, waiting = stores[~stuck[stores]], stores[stuck[stores]]
        if len(waiting):
            self._waiting.append((waiting, day, quarter))
        if len(arriving):
            amounts = self._amounts(arriving, self._number(day), quarter)
            self._sheet.put_kept([self._rows[n] for n in arriving.tolist()], day, quarter, amounts)

    def _number(self, day: date) -> int:
        return (day - self._planted.weeks.days[0]) // _DAY

    def _amounts(self, stores: Ints | slice, day: int, quarters: int | slice) -> Ints:
        """The kept measures of stores on a day: net, orders, reversals, sold."""
        weeks = self._planted.weeks
        sold, taken = weeks.amount[stores, day, quarters], weeks.reversed[stores, day, quarters]
        return np.stack([sold - taken, weeks.orders[stores, day, quarters], taken, sold], axis=1)

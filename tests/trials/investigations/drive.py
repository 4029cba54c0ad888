"""Drives the product's alert rules and its cases agent through simulated weeks, every quarter hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final

import numpy as np

from daybook.ledger.adjustments import factor, in_force, newest
from daybook.ledger.alerts.asking import sales_questions
from daybook.ledger.alerts.gathering import Gathering
from daybook.ledger.alerts.glance import Glance
from daybook.ledger.alerts.sheet import Row, Sheet
from daybook.ledger.alerts.states import Details
from daybook.ledger.alerts.watching import Evaluation, decide
from daybook.ledger.calendar import Calendar
from daybook.ledger.cases.looking import within
from daybook.schemas.alerts import Alert, AlertState
from daybook.schemas.cases import Case
from daybook.schemas.rules import RulesFile
from daybook.schemas.stores import StoreEntry
from daybook.streams.cases_agent import CasesAgent, Sight
from tests.trials.alerts.shops import CURRENCY, PAST_WEEKS, Ints
from tests.trials.investigations.plants import World
from tests.trials.investigations.signs import Told

_FIRST, _LAST = 8 * 4, 21 * 4
_MINUTE: Final = timedelta(minutes=1)


class Course:
    """One simulated business: the alerts so far, and the cases as they were told."""

    def __init__(self, world: World, rules: RulesFile) -> None:
        self._world, self._rules = world, rules
        weeks = world.weeks
        self._rows = [Row(store.store_id, CURRENCY) for store in weeks.stores]
        self._calendar = Calendar(weeks.stores)
        self._sheet = Sheet()
        self._kept: dict[str, Alert] = {}
        self._told = Told(weeks, world.signs)
        self._agent = CasesAgent(
            Sight(self._calendar, self, self._told.signals, adjustments=lambda: world.adjustments)
        )
        self.opened: dict[str, Case] = {}
        """Every case as it was first told."""
        self.last: dict[str, Case] = {}
        """And as it stands."""
        self.evaluations = 0
        for number in range(7 * PAST_WEEKS):
            self._sheet.put_days(self._rows, weeks.days[number], self._amounts(number))

    def all(self) -> Iterable[Alert]:
        """The alerts as they stand; the agent's view of them."""
        return self._kept.values()

    def run(self) -> None:
        """Run all watched days."""
        gathering = Gathering(self._sheet, self._calendar)
        for number in range(7 * PAST_WEEKS, len(self._world.weeks.days)):
            day = self._world.weeks.days[number]
            for quarter in range(_FIRST, _LAST):
                self._arrive(number, quarter)
                now = datetime(day.year, day.month, day.day, tzinfo=UTC) + (quarter + 1) * 15 * _MINUTE
                self._evaluate(gathering, now + _MINUTE)
                self._look(number, quarter, now + _MINUTE)

    def _evaluate(self, gathering: Gathering, now: datetime) -> None:
        self.evaluations += 1
        glance = Glance(gathering, now, self._factor)
        going_on = [alert for alert in self._kept.values() if alert.state is not AlertState.RESOLVED]
        questions = sales_questions(self._rules.rules, glance, {}, going_on)
        evaluation = Evaluation(self._rules, now, self.evaluations, (), lambda _q, _f: Details())
        for decision in decide(questions, self._kept, evaluation):
            assert decision.alert is not None
            self._kept[decision.alert.dedup_key] = decision.alert

    def _look(self, number: int, quarter: int, now: datetime) -> None:
        """The agent's tick. Without a shortfall it has nothing to look at, and nothing has to be told."""
        today = self._world.weeks.days[number]
        short = [each for each in self._kept.values() if each.times_fired and each.business_date == today]
        if not short:
            return
        stores = {
            place
            for place, store in enumerate(self._world.weeks.stores)
            if any(within(store, alert.scope) for alert in short)
        }
        self._told.up_to(number, quarter + 1, stores)
        outcome = self._agent.on_tick(now, self._told.sold, ())
        for record in outcome.records:
            case = Case.model_validate_json(record.value or b"")
            self.opened.setdefault(case.case_id, case)
            self.last[case.case_id] = case

    def _factor(self, store: StoreEntry, day: date) -> Fraction:
        now = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return factor(in_force(newest(self._world.adjustments, now), store, day))

    def _arrive(self, number: int, quarter: int) -> None:
        orders = self._world.weeks.orders[:, number, quarter]
        stores = np.flatnonzero(orders)
        if len(stores):
            amounts = self._amounts(number)[stores][:, :, quarter]
            rows = [self._rows[n] for n in stores.tolist()]
            self._sheet.put_kept(rows, self._world.weeks.days[number], quarter, amounts)

    def _amounts(self, day: int) -> Ints:
        """The kept measures of all stores on a day: net, orders, reversals, sold."""
        weeks = self._world.weeks
        sold, taken = weeks.amount[:, day], weeks.reversed[:, day]
        return np.stack([sold - taken, weeks.orders[:, day], taken, sold], axis=1)

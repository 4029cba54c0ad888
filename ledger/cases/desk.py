"""The cases as they are kept: opened by shortfalls and people, looked into, and closed by people.

All of it is a function of what is kept, the time, and what is seen then. Deciding again from the kept cases
opens none a second time, for a case is known by its alert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from daybook.ledger.calendar import Calendar, day_start
from daybook.ledger.cases.commands import CommandRefused, applied
from daybook.ledger.cases.gathering import Witnesses, evidence_of
from daybook.ledger.cases.looking import Look, look_of, quarter_of
from daybook.ledger.cases.money import currency_of, outcome
from daybook.ledger.cases.opening import belongs_to, case_of, in_turn, is_shortfall
from daybook.ledger.cases.signals import Past
from daybook.schemas.alerts import Alert, AlertState
from daybook.schemas.cases import Case, CaseCommand, CaseKind, CaseState

KEPT: Final = timedelta(days=60)
"""For which a closed case can be opened again; it is told and stored for good."""
_LATE: Final = timedelta(hours=1)
"""For which a case is looked into after its hours: signals may come late."""
_SETTLES: Final = timedelta(days=3)
"""After its business date the outcome is held against late sales for so long."""
_DAY: Final = timedelta(days=1)


class Desk:
    """The kept cases. ``changed`` holds those that differ from what was told, until they are taken."""

    def __init__(self, cases: Iterable[Case] = ()) -> None:
        self.cases = {case.case_id: case for case in cases}
        self._changed: dict[str, Case | None] = {}
        self._past: dict[str, Past] = {}

    def take_over(self, cases: Iterable[Case]) -> None:
        """Keep cases that were kept elsewhere, where they are not known here."""
        for case in cases:
            if case.case_id not in self.cases:
                self._keep(case)

    def take_changed(self) -> dict[str, Case | None]:
        """What changed since the last call, by case id; None: it is not kept any more."""
        changed, self._changed = self._changed, {}
        return changed

    def next_version(self, now: datetime) -> int:
        """A version above all that were given, rising with time."""
        return max([int(now.timestamp() * 1000) * 1000, *(case.version + 1 for case in self.cases.values())])

    def carry_out(self, command: CaseCommand, now: datetime) -> str | None:
        """Do what somebody wants; why not, in a sentence, where it does not fit the case as it is."""
        case = self.cases.get(command.case_id)
        try:
            self._keep(applied(case, command, self.next_version(now)))
        except CommandRefused as refused:
            return str(refused)
        return None

    def open_and_join(self, alerts: Mapping[str, Alert], now: datetime) -> None:
        """Give every shortfall its case: one that there is, or a new one."""
        known = {key for case in self.cases.values() for key in case.alerts}
        fresh = [alert for key, alert in alerts.items() if is_shortfall(alert) and key not in known]
        for alert in in_turn(fresh):
            case = belongs_to(alert, self.cases.values(), alerts)
            if case is None:
                self._keep(case_of(alert, self.next_version(now), now))
            else:
                self._change(case, now, alerts=[*case.alerts, alert.dedup_key])

    def look_into(self, witnesses: Witnesses, now: datetime) -> None:
        """Bring evidence and outcomes up to an aware moment."""
        alerts = {alert.dedup_key: alert for alert in witnesses.alerts}
        seen = witnesses._replace(alerts=list(alerts.values()))
        for case in list(self.cases.values()):
            if case.kind is CaseKind.SHORTFALL:
                if case.state is CaseState.OPEN:
                    case = self._examine(case, alerts, seen, now)  # noqa: PLW2901 - the same case, further on
                self._price(case, look_of(case, witnesses.calendar), seen, now)
        self._forget(now)

    def _examine(self, case: Case, alerts: Mapping[str, Alert], seen: Witnesses, now: datetime) -> Case:
        goes_on = any(
            alerts[key].state is not AlertState.RESOLVED for key in case.alerts if key in alerts
        ) and (now.astimezone(UTC).date() - case.business_date <= _DAY)
        if not goes_on and now > max(case.window_end, case.opened_at) + _LATE:
            self._past.pop(case.case_id, None)
            return case
        told: dict[str, object] = {}
        if goes_on and quarter_of(now) > case.window_end:
            told["window_end"] = quarter_of(now)
        if case.scope.currency is None:
            currency = currency_of(seen.sold, case.scope, look_of(case, seen.calendar))
            told["scope"] = case.scope.model_copy(update={"currency": currency})
        case = case.model_copy(update=told)
        return self._change(
            case, now, evidence=evidence_of(case, seen, now, self._past.setdefault(case.case_id, {}))
        )

    def _price(self, case: Case, look: Look, seen: Witnesses, now: datetime) -> None:
        """What the whole day came to, once it is over everywhere, and again where sales come late."""
        end = day_end(look, seen.calendar)
        if end is not None and end <= now <= end + _SETTLES:
            found = outcome(seen.sold, case.scope, look)
            if found is not None:
                self._change(case, now, outcome=found)

    def _change(self, case: Case, now: datetime, **told: object) -> Case:
        changed = case.model_copy(update=told)
        if changed == self.cases.get(case.case_id):
            return changed
        changed = changed.model_copy(update={"version": self.next_version(now)})
        self._keep(changed)
        return changed

    def _keep(self, case: Case) -> None:
        if self.cases.get(case.case_id) != case:
            self.cases[case.case_id] = case
            self._changed[case.case_id] = case

    def _forget(self, now: datetime) -> None:
        for case_id, case in list(self.cases.items()):
            if case.state is CaseState.CLOSED and (case.closed_at or case.opened_at) + KEPT < now:
                del self.cases[case_id]
                self._changed[case_id] = None


def day_end(look: Look, calendar: Calendar) -> datetime | None:
    """When a business date is over at the last of the stores; None without any."""
    next_day: date = look.business_date + _DAY
    stores = look.stores or calendar.stores
    ends = [day_start(next_day, store.days) for store in stores]
    return datetime.fromtimestamp(max(ends), UTC) if ends else None

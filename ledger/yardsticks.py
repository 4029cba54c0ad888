"""What a contender is measured against: its own target, and for how long its shops have been open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.board_measures import Contender, Measure
from daybook.ledger.calendar import QUARTER, Calendar, day_start
from daybook.ledger.opening import open_seconds
from daybook.ledger.periods import Period
from daybook.ledger.targets import Holder, Targets, Weights, day_amount
from daybook.ledger.teams import Staff
from daybook.schemas.stores import StoreEntry

HAVE_TARGETS: Final = ("store", "region", "team", "staff", "category")
HAVE_HOURS: Final = ("day", "store", "region", "team", "staff")
_DAY: Final = timedelta(days=1)
_EVENLY: Final = (1,) * 7

WeightsOf = Callable[[Holder, date], Weights]
"""How a holder's week has usually fallen on its days before a date; see ``targets.weekday_weights``."""


class Scope(NamedTuple):
    """Of whom, in which currency, over which period, and as of when (aware)."""

    by: str
    currency: str
    period: Period
    at: datetime


def evenly(_holder: Holder, _before: date) -> Weights:
    """Every day of a week alike, where no history is known."""
    return _EVENLY


class Yardsticks:
    """Targets and open hours of contenders over periods, as they are at a moment.

    Args:
        calendar: the stores, with their opening hours.
        staff: teams and home stores.
        targets: gives all that were ever set; another object where something was set since.
        weights: spreads a week's or month's target over its days.
    """

    def __init__(
        self,
        calendar: Calendar,
        staff: Staff,
        targets: Callable[[], Targets] = Targets,
        weights: WeightsOf = evenly,
    ) -> None:
        self._calendar = calendar
        self._staff = staff
        self._targets = targets
        self._seen = targets()
        self._weights = weights
        self._known_weights: dict[tuple[Holder, date], Weights] = {}
        self._open: dict[tuple[str, Period, int], int | None] = {}

    def look_again(self) -> None:
        """Forget what was remembered of the past: late sales may have changed it."""
        self._known_weights.clear()

    def targets_changed(self) -> bool:
        """Whether a target was set since this was asked last."""
        before, self._seen = self._seen, self._targets()
        return self._seen is not before

    def measured(self, contender: Contender, measure: Measure, scope: Scope) -> Contender:
        """A contender with what its measure needs to know besides its totals."""
        if measure.needs == "target":
            return contender._replace(target=self.target(contender.key, scope))
        if measure.needs == "open_seconds":
            return contender._replace(open_seconds=self.open_seconds(contender.key, scope))
        return contender

    def target(self, key: str, scope: Scope) -> int | None:
        """The own target of a whole period: its days' parts added up; None where no day has one."""
        holder = Holder(scope.by, key, scope.currency)
        targets = self._targets()
        if not targets.changes(holder):
            return None
        amounts = [self._day_target(targets, holder, day, scope.at) for day in _days(scope.period)]
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if known else None

    def _day_target(self, targets: Targets, holder: Holder, day: date, at: datetime) -> int | None:
        target = targets.in_force(holder, day, at)
        if target is None:
            return None
        return day_amount(target, day, lambda first: self._weights_before(holder, first))

    def _weights_before(self, holder: Holder, day: date) -> Weights:
        if (holder, day) not in self._known_weights:
            self._known_weights[holder, day] = self._weights(holder, day)
        return self._known_weights[holder, day]

    def open_seconds(self, key: str, scope: Scope) -> int | None:
        """For how long the shops behind a contender have been open, to the end of the running quarter hour.

        A region's are its stores', a member of staff's the home store's, a team's its members'; a day's are
        all stores'. None where for one of them nothing is stated.
        """
        period, at = scope.period, scope.at
        if scope.by == "day":
            day = date.fromisoformat(key)
            return self._sum([store.store_id for store in self._calendar.stores], Period(day, day), at)
        return self._sum(self._shops(scope.by, key, min(period.last, at.date() + _DAY)), period, at)

    def _shops(self, by: str, key: str, day: date) -> Sequence[str | None]:
        if by == "store":
            return [key]
        if by == "region":
            return [store.store_id for store in self._calendar.stores if store.region == key]
        if by == "staff":
            return [self._staff.home_store(key)]
        if by == "team":
            return [self._staff.home_store(member) for member in self._staff.members(day).get(key, ())]
        return []

    def _sum(self, shops: Sequence[str | None], period: Period, at: datetime) -> int | None:
        until = (int(at.timestamp()) // QUARTER + 1) * QUARTER
        found = [None if shop is None else self._of_store(shop, period, until) for shop in shops]
        known = [seconds for seconds in found if seconds is not None]
        return sum(known) if known and len(known) == len(found) else None

    def _of_store(self, store_id: str, period: Period, until: int) -> int | None:
        if store_id not in self._calendar:
            return None
        store = self._calendar.store(store_id)
        end = min(until, day_start(period.last + _DAY, store.days))
        asked = (store_id, period, end)
        if asked not in self._open:
            if len(self._open) > 4 * len(self._calendar.stores) + 1_000:
                self._open.clear()
            self._open[asked] = _open_until(store, period, end)
        return self._open[asked]


def _open_until(store: StoreEntry, period: Period, end: int) -> int | None:
    return open_seconds(store, day_start(period.first, store.days), end)


def _days(period: Period) -> list[date]:
    return [period.first + number * _DAY for number in range((period.last - period.first).days + 1)]


def quarter_of(at: datetime) -> datetime:
    """The quarter hour in which an aware instant lies: within it no open hours change."""
    return datetime.fromtimestamp(int(at.timestamp()) // QUARTER * QUARTER, UTC)

"""How everybody who has a target stands to it today: stores, regions, teams, staff, categories and all."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from daybook.ledger.group_pace import GroupPace, group_paces, region_paces, shared_date
from daybook.ledger.history import LIKE_DAYS
from daybook.ledger.opening import opens_on
from daybook.ledger.pace import Paces, StorePace
from daybook.ledger.targets import Holder, Targets, day_amount, weekday_weights
from daybook.operations.known_plans import Known
from daybook.schemas.rounding import divide
from daybook.schemas.targets import Target
from daybook.sinks.history import day_totals
from daybook.sinks.store import Store

_BACK: Final = timedelta(weeks=LIKE_DAYS * 2)
"""As far back as days say how a week falls; a month's target needs the days before it."""
_PPM: Final = 1_000_000
Totals = Mapping[Holder, Mapping[date, int]]


class Standing(NamedTuple):
    """A holder's day: the target in force, the day's part of it, what was sold, and what would be by now."""

    holder: Holder
    business_date: date
    target: Target
    day_target: int
    actual: int
    by_now: int | None

    @property
    def attainment(self) -> int | None:
        """What was sold as a part of the day's target, in parts per million; None where that is nothing."""
        return divide(self.actual * _PPM, self.day_target) if self.day_target else None


def standings(store: Store, found: Known, book: str, measure: str) -> list[Standing]:
    """Of everybody whose target holds today, by scope and key."""
    targets = found.plans.targets
    paces = Paces(found.sold).at(found.now, found.plans.adjustments)
    if not paces:
        return []
    days = _Days(store, found, book, measure)
    made = [_standing(holder, targets, paces, days) for holder in targets.holders()]
    return [each for each in made if each is not None]


class _Days:
    """Daily totals by holder, read once for each dimension that somebody has a target in."""

    def __init__(self, store: Store, found: Known, book: str, measure: str) -> None:
        self._store, self.found, self._book, self._measure = store, found, book, measure
        self._read: dict[str, Totals] = {}

    def of(self, holder: Holder) -> Mapping[date, int]:
        """What a holder sold on each of the last days."""
        if holder.scope not in self._read:
            self._read[holder.scope] = self._totals(holder.scope)
        return self._read[holder.scope].get(holder, {})

    def _totals(self, scope: str) -> Totals:
        first, last = self.found.now.date() - _BACK, self.found.now.date() + timedelta(days=1)
        dimension = {"all": "store", "team": "staff"}.get(scope, scope)
        rows = day_totals(self._store, self._measure, dimension, first, last, book=self._book)
        sums: defaultdict[Holder, Counter[date]] = defaultdict(Counter)
        for (key, currency), days in rows.items():
            for day, amount in days.items():
                name = self.found.staff.team_on(key, day) if scope == "team" else key
                if name is not None:
                    sums[Holder(scope, None if scope == "all" else name, currency)][day] += amount
        return sums


def _standing(holder: Holder, targets: Targets, paces: list[StorePace], days: _Days) -> Standing | None:
    members = _members(holder, paces)
    if not members:
        return None
    day = shared_date(members)
    target = targets.in_force(holder, day, days.found.now)
    if target is None:
        return None
    totals = days.of(holder)
    opens = functools.partial(_opens, members, days.found)
    part = day_amount(target, day, functools.partial(weekday_weights, totals), opens)
    return Standing(holder, day, target, part, totals.get(day, 0), _by_now(part, holder, members))


def _members(holder: Holder, paces: list[StorePace]) -> list[StorePace]:
    """The stores by whose day a holder goes; sellers and categories go by all of the currency."""
    return [
        pace
        for pace in paces
        if pace.currency == holder.currency
        and (holder.scope != "store" or pace.store_id == holder.key)
        and (holder.scope != "region" or pace.region == holder.key)
    ]


def _opens(members: list[StorePace], found: Known, day: date) -> bool:
    return any(opens_on(found.calendar.store(pace.store_id), day) is not False for pace in members)


def _by_now(part: int, holder: Holder, members: list[StorePace]) -> int | None:
    groups: list[GroupPace] = region_paces(members) if holder.scope == "region" else group_paces(members)
    group = groups[0]
    if group.projection is None or group.typical_total <= 0:
        return None
    return divide(part * group.projection.expected, group.typical_total)

"""From totals to facts: every store, region and all together, as they stand at a tick."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from daybook.ledger.alerts.facts import GapFacts, RecentFacts, SpikeFacts, Trading
from daybook.ledger.alerts.gaps import Silences, silence_together, silences
from daybook.ledger.alerts.gathering import Gathering
from daybook.ledger.alerts.robust import PPM, Flags, Ints, medians
from daybook.ledger.alerts.sheet import NET, ORDERS, REVERSED, SOLD
from daybook.ledger.alerts.windows import (
    Moment,
    Parts,
    Usual,
    by_course,
    mean_of_like_days,
    parts,
    together,
    usual,
)
from daybook.ledger.calendar import QUARTER, wall_time
from daybook.ledger.curves import QUARTERS
from daybook.schemas.alerts import Dimension, Scope
from daybook.schemas.stores import StoreEntry

SETTLE: Final = timedelta(seconds=30)
"""A quarter hour is over when its last sales have had the time to be counted."""

Factor = Callable[[StoreEntry, date], Fraction]
"""By how much a store's business date is expected to differ from the usual: 1 for as usual."""


def as_usual(_store: StoreEntry, _day: date) -> Fraction:
    """Nothing else than usual is expected."""
    return Fraction(1)


class Place(NamedTuple):
    """A scope, its rows, the stores among them that are open, and its business date."""

    scope: Scope
    members: Ints
    open_members: Ints
    business_date: date


class Glance:
    """All rows at one tick. Arrays are made when they are first asked for, for all rows at once."""

    def __init__(self, gathering: Gathering, now: datetime, factor: Factor = as_usual) -> None:
        self._of = gathering
        self.now = now
        self.settled = now - SETTLE
        sheet = gathering.sheet
        self.stores = [
            gathering.calendar.store(row.store_id) if row.store_id in gathering.calendar else None
            for row in sheet.rows
        ]
        walls = self._walls(self.settled)
        self.days = [wall.date() for wall in walls]
        today = np.array([day.toordinal() for day in self.days], np.int64).reshape(-1)
        self._known = gathering.past(today)
        self.moment = Moment(
            today,
            np.array([(wall.hour * 3600 + wall.minute * 60) // QUARTER for wall in walls], np.int64),
            np.array([self._factor(factor, number) for number in range(len(walls))], np.int64),
            self._known.past,
        )
        self.trades = np.array(
            [s is not None and gathering.trades(s, d) for s, d in zip(self.stores, self.days, strict=True)],
            bool,
        )
        self._cut: dict[tuple[int, int], tuple[Parts, Usual]] = {}
        self._begun: dict[tuple[int, int], Parts] = {}
        self._curve = self._known.orders.curve
        self._orders = sheet.of_day(self.moment.today, ORDERS)
        self.silences = silences(self._orders, self.moment.quarters, self._curve)
        self.open = np.array([self._is_open(number) for number in range(len(walls))], bool)
        self._like_days, self._passed, self._whole = self._usual_day()

    def _walls(self, now: datetime) -> list[datetime]:
        """Each row's wall time since its cutoff; computed once for stores with the same rules."""
        known: dict[tuple[object, ...], datetime] = {}
        walls = []
        for store in self.stores:
            rules = store.days if store is not None else []
            key = tuple((rule.valid_from, rule.zone, rule.cutoff) for rule in rules)
            if key not in known:
                known[key] = wall_time(now, rules) if rules else now.astimezone(UTC).replace(tzinfo=None)
            walls.append(known[key])
        return walls

    def _factor(self, factor: Factor, number: int) -> int:
        store = self.stores[number]
        exact = factor(store, self.days[number]) if store is not None else Fraction(1)
        return int(exact * PPM)

    def _is_open(self, number: int) -> bool:
        store = self.stores[number]
        if store is None:
            return False
        stated = self._of.is_open(store, self.days[number], int(self.now.timestamp()))
        if stated is not None:
            return stated
        # Without hours it is open when like days sell: in the quarter hour before and the one that runs.
        quarter, curve = int(self.moment.quarters[number]), self._curve[number]
        return bool(curve[min(quarter + 1, QUARTERS)] > curve[max(quarter - 1, 0)])

    def _usual_day(self) -> tuple[Ints, Ints, Ints]:
        """Like days, and of their net the part by now and the whole."""
        first = np.zeros(len(self.days), np.int64)
        by_now = parts(self._of.sheet, self.moment, NET, first, self.moment.quarters)
        whole = parts(self._of.sheet, self.moment, NET, first, first + QUARTERS)
        like = slice(6, None, 7)
        passed, count = medians(by_now.past[:, like], by_now.there[:, like])
        return count, passed, medians(whole.past[:, like], whole.there[:, like])[0]

    def places(
        self,
        dimension: Dimension,
        *,
        money: bool,
        worth: Flags | None = None,
        also: Container[tuple[str | None, str | None]] = (),
    ) -> Iterator[Place]:
        """The scopes of a dimension (all, region or store); with ``money`` those of each currency by itself.

        Where ``worth`` is given, only those with a row that it names, and those ``also`` (key and currency).
        """
        groups = self._of.groups(dimension, money=money)
        if worth is not None:
            rows = set(np.flatnonzero(worth).tolist())
            groups = [
                group
                for group in groups
                if not rows.isdisjoint(group.numbers) or (group.scope.key, group.scope.currency) in also
            ]
        for group in groups:
            trading = group.members[self.trades[group.members]]
            day = max(self.days[number] for number in group.numbers)
            yield Place(group.scope, trading, trading[self.open[trading]], day)

    def rows_of(self, place: Place) -> list[tuple[str, str, date]]:
        """Store, currency and business date of a place's rows."""
        rows = self._of.sheet.rows
        return [(*rows[number], self.days[number]) for number in place.members.tolist()]

    def trading(self, place: Place, like_days: int | None = None) -> Trading:
        """Whether a place sells, and how much there is to go by."""
        whole = int(self._whole[place.members].sum())
        passed = int(self._passed[place.members].sum())
        if like_days is None:
            like_days = int(self._like_days[place.members].max(initial=0))
        return Trading(
            is_open=len(place.open_members) > 0,
            data_missing=False,
            like_days=like_days,
            share_passed=passed * PPM // whole if whole > 0 else None,
        )

    def recent(self, place: Place, minutes: int, measure: int = NET) -> RecentFacts:
        """The last minutes of a place, in full quarter hours."""
        of, stated = self._window_of(place, measure, minutes)
        currency = place.scope.currency or ""
        if of is None or stated is None:
            return RecentFacts(self.trading(place, 0), minutes, 0, 0, 0, currency)
        actual, amount, spread, like_days = of, *stated
        trading, course = self.trading(place, like_days), self._course(place, measure, minutes)
        return RecentFacts(trading, minutes, actual, amount, spread, currency, course)

    def _course(self, place: Place, measure: int, minutes: int) -> tuple[int, int] | None:
        """What the day so far lets expect of the last minutes of several stores together, and its spread."""
        if len(place.members) < 2:
            return None
        first, _ = self._cuts(minutes)
        if (measure, minutes) not in self._begun:
            self._begun[measure, minutes] = parts(
                self._of.sheet, self.moment, measure, np.zeros_like(first), first
            )
        of, _ = self.window(measure, minutes)
        before = together(self._begun[measure, minutes], place.members)
        expected = by_course(together(of, place.members), before)
        return (int(expected.amount[0]), int(expected.spread[0])) if expected.amount[0] > 0 else None

    def _window_of(
        self, place: Place, measure: int, minutes: int
    ) -> tuple[int | None, tuple[int, int, int] | None]:
        of, rows = self.window(measure, minutes)
        if not len(place.members):
            return None, None
        if len(place.members) > 1:
            of = together(of, place.members)
            rows, number = usual(of), 0
        else:
            number = int(place.members[0])
        return int(of.actual[number]), (
            int(rows.amount[number]), int(rows.spread[number]), int(rows.like_days[number]),
        )  # fmt: skip

    def window(self, measure: int, minutes: int) -> tuple[Parts, Usual]:
        """The last minutes of every row, and what is usual of them."""
        if (measure, minutes) not in self._cut:
            of = parts(self._of.sheet, self.moment, measure, *self._cuts(minutes))
            self._cut[measure, minutes] = (of, usual(of))
        return self._cut[measure, minutes]

    def _cuts(self, minutes: int) -> tuple[Ints, Ints]:
        last = self.moment.quarters
        return np.maximum(last - minutes * 60 // QUARTER, 0), last

    def reversals(self, place: Place, minutes: int) -> SpikeFacts:
        """What was taken back in the last minutes."""
        actual = usual_amount = highest = sold = 0
        if len(place.members):
            taken, _ = self.window(REVERSED, minutes)
            gross, _ = self.window(SOLD, minutes)
            actual, sold = (int(of.actual[place.members].sum()) for of in (taken, gross))
            usual_amount = int(mean_of_like_days(taken)[place.members].sum())
            highest = self._known.highest_together(minutes, place.members)
        return SpikeFacts(
            self.trading(place), minutes, actual, usual_amount, highest, sold, place.scope.currency
        )

    def gap(self, place: Place) -> GapFacts:
        """The silence of a place that goes on: of all its open stores together."""
        members = place.open_members
        if not len(members):
            return GapFacts(self.trading(place), 0, 0, 0, 0)
        open_stores = len({self._of.sheet.rows[int(number)].store_id for number in members})
        if len(members) == 1:
            number = int(members[0])
            quarters, orders = int(self.silences.quarters[number]), int(self.silences.orders[number])
            longest = int(self._known.longest[number])
        else:
            silent = Silences(self.silences.quarters[members], self.silences.orders[members])
            quarters, orders = silence_together(
                silent, self._orders[members], self.moment.quarters[members], self._curve[members]
            )
            longest = self._known.longest_together(members)
        return GapFacts(self.trading(place), quarters * QUARTER, orders, longest, open_stores)

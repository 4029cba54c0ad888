"""What stores have sold by the quarter hour, kept as curves by day while totals change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import QuarterAmount, day_curves
from daybook.ledger.history import DayKinds, History

Key = tuple[str, str]
"""Store id and currency."""
_NONE: Final[Mapping[int, int]] = {}


class SoldByQuarter:
    """Each store's amounts by business date and UTC quarter hour, and its history made of them.

    Amounts are states: a quarter hour told again replaces what was known of it. Only days that changed are
    made into curves anew, so that asking every minute is cheap.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._amounts: defaultdict[Key, dict[date, dict[int, int]]] = defaultdict(dict)
        self._stale: defaultdict[Key, set[date]] = defaultdict(set)
        self._histories: dict[Key, History] = {}
        self._times_made: defaultdict[Key, Counter[date]] = defaultdict(Counter)

    @classmethod
    def of(cls, amounts: Mapping[Key, Iterable[QuarterAmount]], calendar: Calendar) -> SoldByQuarter:
        """Made of all that is known; amounts of the same quarter hour are added up."""
        sold = cls(calendar)
        for key, own in amounts.items():
            sums: defaultdict[tuple[date, int], int] = defaultdict(int)
            for day, quarter, amount in own:
                sums[day, quarter] += amount
            for (day, quarter), amount in sums.items():
                sold.put(key, QuarterAmount(day, quarter, amount))
        return sold

    def put(self, key: Key, amount: QuarterAmount) -> None:
        """What a quarter hour stands at now."""
        day, quarter, minor = amount
        quarters = self._amounts[key].setdefault(day, {})
        if quarters.get(quarter) != minor:
            quarters[quarter] = minor
            self._stale[key].add(day)

    def forget_before(self, day: date) -> None:
        """Let go of all business dates before one."""
        for key, days in self._amounts.items():
            old = [each for each in days if each < day]
            if old:
                for each in old:
                    del days[each]
                self._histories.pop(key, None)
                self._times_made.pop(key, None)
                self._stale[key].update(days)

    def stores(self) -> list[Key]:
        """The stores of the calendar that ever sold anything, by store and currency."""
        return sorted(key for key in self._amounts if key[0] in self.calendar)

    def amounts(self, key: Key) -> list[QuarterAmount]:
        """All that is known of a store."""
        return [
            QuarterAmount(day, quarter, amount)
            for day, quarters in self._amounts.get(key, {}).items()
            for quarter, amount in quarters.items()
        ]

    def history(self, key: Key, now: int) -> History:
        """A store's days as known at an instant (epoch seconds); later quarter hours do not count."""
        rules = self.calendar.store(key[0]).days
        history = self._histories.get(key)
        if history is None:
            history = self._histories[key] = History({}, DayKinds(self.calendar.store(key[0])))
            self._stale[key].update(self._amounts[key])
        for day in sorted(self._stale.pop(key, ())):
            quarters = self._amounts[key].get(day, _NONE)
            known = [
                QuarterAmount(day, quarter, amount) for quarter, amount in quarters.items() if quarter <= now
            ]
            if len(known) < len(quarters):
                self._stale[key].add(day)
            if known:
                history.put(day_curves(known, rules)[day])
                self._times_made[key][day] += 1
        return history

    def past_version(self, key: Key, day: date) -> int:
        """Changes whenever a day before this one did, as ``history`` gave it last."""
        return sum(times for other, times in self._times_made[key].items() if other < day)

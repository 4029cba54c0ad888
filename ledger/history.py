"""A store's past days, arranged so that like days are found at once, and which days are like each other."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from daybook.ledger.curves import DayCurve
from daybook.ledger.holidays import holiday_on
from daybook.ledger.opening import closure_on, opens_on
from daybook.ledger.quantiles import PPM, median
from daybook.schemas.opening import HolidayCalendar
from daybook.schemas.rounding import divide
from daybook.schemas.stores import StoreEntry

LIKE_DAYS: Final = 8
"""Like days that a typical day is made of, at most."""
LEVEL_DAYS: Final = 12
"""The last so many ordinary days, two weeks of trade, say at what level a store is now."""
FEWEST: Final = 4
"""With fewer like days than these others are looked for: holidays, Sundays, the region, all stores."""
SUNDAY: Final = 6


class DayKinds:
    """What a business date of a store is: an ordinary weekday, a public holiday, or a day of other hours.

    Without a store all days are ordinary.
    """

    def __init__(self, store: StoreEntry | None = None, holidays: HolidayCalendar | None = None) -> None:
        self._store = store
        self._holidays = store.holidays if store is not None else holidays

    def of_holidays(self) -> DayKinds:
        """The same holidays, but no store's own closures: for the days of several stores together."""
        return DayKinds(None, self._holidays)

    def holiday(self, day: date) -> str | None:
        """The holiday's name, on a holiday."""
        return holiday_on(self._holidays, day)

    def special(self, day: date) -> bool:
        """Whether the store was closed or open for other hours than usual: no example for any day."""
        return self._store is not None and closure_on(self._store, day) is not None

    def opens(self, day: date) -> bool | None:
        """Whether the store opens at all; None where nothing is stated."""
        return None if self._store is None else opens_on(self._store, day)

    def ordinary(self, day: date) -> bool:
        """Whether the day is like others of its weekday."""
        return self.holiday(day) is None and not self.special(day)


ALL_ORDINARY: Final = DayKinds()


class History(Mapping[date, DayCurve]):
    """The curves of a store's days by business date. A day may be put anew at any time.

    Only days on which something was sold, in sum, are examples for others.
    """

    def __init__(self, curves: Mapping[date, DayCurve], kinds: DayKinds = ALL_ORDINARY) -> None:
        self.kinds = kinds
        self._curves: dict[date, DayCurve] = {}
        self._ordinary: defaultdict[int, list[date]] = defaultdict(list)
        self._holidays: list[date] = []
        self._like: dict[date, list[DayCurve]] = {}
        self._levels: dict[date, int | None] = {}
        self._comparable: list[date] = []
        for curve in curves.values():
            self._add(curve)

    def __getitem__(self, day: date) -> DayCurve:
        return self._curves[day]

    def __iter__(self) -> Iterator[date]:
        return iter(self._curves)

    def __len__(self) -> int:
        return len(self._curves)

    def put(self, curve: DayCurve) -> None:
        """Set a day. What is remembered of later days is forgotten."""
        day = curve.business_date
        known = self._curves.pop(day, None)
        if known is not None:
            self._remove(known)
        self._add(curve)
        self._like = {other: like for other, like in self._like.items() if other <= day}
        self._levels = {other: level for other, level in self._levels.items() if other < day}

    def _add(self, curve: DayCurve) -> None:
        day = curve.business_date
        self._curves[day] = curve
        if self.kinds.ordinary(day):
            insort(self._comparable, day)
        if curve.total > 0 and (place := self._place(day)) is not None:
            insort(place, day)

    def _remove(self, curve: DayCurve) -> None:
        day = curve.business_date
        if self.kinds.ordinary(day):
            self._comparable.remove(day)
        if curve.total > 0 and (place := self._place(day)) is not None:
            place.remove(day)

    def _place(self, day: date) -> list[date] | None:
        if self.kinds.special(day):
            return None
        return self._ordinary[day.weekday()] if self.kinds.holiday(day) is None else self._holidays

    def like_days(self, day: date, before: date | None = None) -> list[DayCurve]:
        """The last eight like days before a day, or before an earlier one from which it is looked at.

        A holiday is compared with earlier ones of its name; where there are fewer than four, with any other
        holidays; then with Sundays; then with its own weekday.
        """
        if before is not None and before != day:
            return self._find(day, before)
        found = self._like.get(day)
        if found is None:
            found = self._like[day] = self._find(day, day)
        return found

    def like_total(self, day: date, before: date | None = None) -> int | None:
        """The median total of the like days; None where there are fewer than four."""
        like = self.like_days(day, before)
        return median([each.total for each in like]) if len(like) >= FEWEST else None

    def recent_level(self, before: date) -> Fraction:
        """At what level a store has been lately, beside its like days: how it has grown or shrunk since them.

        The median, over the last twelve ordinary days before a date, of a day's total as a part of the
        median of its own like days; 1 where fewer than four days can be judged. As a median it bears single
        bad days.
        """
        levels = [self._level(day) for day in self.ordinary_days(before, LEVEL_DAYS)]
        known = [level for level in levels if level is not None]
        return Fraction(max(median(known), 0), PPM) if len(known) >= FEWEST else Fraction(1)

    def _level(self, day: date) -> int | None:
        if day not in self._levels:
            usual = self.like_total(day)
            self._levels[day] = None if usual is None else divide(self._curves[day].total * PPM, usual)
        return self._levels[day]

    def _find(self, day: date, before: date) -> list[DayCurve]:
        name = self.kinds.holiday(day)
        if name is not None:
            holidays = self._before(self._holidays, before)
            named = [other for other in holidays if self.kinds.holiday(other) == name]
            for days in (named, holidays, self._before(self._ordinary[SUNDAY], before)):
                if len(days) >= FEWEST:
                    return self._curves_of(days)
        return self._curves_of(self._before(self._ordinary[day.weekday()], before))

    def _curves_of(self, days: list[date]) -> list[DayCurve]:
        return [self._curves[day] for day in days[-LIKE_DAYS:]]

    @staticmethod
    def _before(days: list[date], before: date) -> list[date]:
        return days[: bisect_left(days, before)]

    def ordinary_days(self, before: date, count: int) -> list[date]:
        """The last so many days before a date that are neither holidays nor days of other hours."""
        return self._before(self._comparable, before)[-count:]

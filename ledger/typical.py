"""The typical day of each store: by its own like days or by others', as far as it is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import sum_of_curves
from daybook.ledger.history import FEWEST, DayKinds, History
from daybook.ledger.opening import open_minutes
from daybook.ledger.projection import TypicalDay, typical_day, usual_day, usual_total
from daybook.ledger.quantiles import median
from daybook.ledger.sold import Key
from daybook.schemas.rounding import divide
from daybook.schemas.stores import StoreEntry

SIZE_DAYS: Final = 56
"""The last so many of a store's own days say how large it is beside the others."""
_WHOLE: Final = Fraction(1)


class TypicalDays:
    """Typical days of stores whose histories are known; sums of several are made when first needed."""

    def __init__(self, histories: Mapping[Key, History], calendar: Calendar) -> None:
        self.histories = histories
        self.calendar = calendar
        self._sums: dict[tuple[str, str | None, DayKinds], History] = {}

    def of(self, key: Key, day: date, before: date | None = None) -> TypicalDay | None:
        """What is typical of a store's day, as known before it or before an earlier one; None without a past.

        Where the store is open for less than on its last like day, only that part is kept.
        """
        own = self.histories[key]
        like = own.like_days(day, before)
        typical = usual_day(own, day, before) or self._by_others(key, day, before)
        if typical is None or not like:
            return typical
        return _within_hours(typical, self.calendar.store(key[0]), day, like[-1].business_date)

    def total(self, key: Key, day: date, before: date | None = None) -> int:
        """The typical total, in minor units; nothing without a past. That of ``of``, and sooner done."""
        store = self.calendar.store(key[0])
        total = usual_total(self.histories[key], day, before)
        if total is not None and not store.opening and not store.closures:
            return total
        typical = self.of(key, day, before)
        return 0 if typical is None else typical.total

    def _by_others(self, key: Key, day: date, before: date | None) -> TypicalDay | None:
        """The shares of the region's like days, or of all stores' where the region has fewer than four.

        The total is theirs, without the store itself, times its part of what they sold on the days it traded.
        """
        own, store = self.histories[key], self.calendar.store(key[0])
        like = own.like_days(day, before)
        for region in (store.region, None) if store.region else (None,):
            group = self._sum(key, region)
            shape = group.like_days(day, before)
            if len(shape) < FEWEST:
                continue
            size = _own_size(own, group, day, before)
            if size is None and like:
                size = median([each.total for each in like])
            typical = typical_day(shape)
            if size is not None and typical is not None:
                return TypicalDay(size, typical.shares, len(like))
        return typical_day(like)

    def _sum(self, key: Key, region: str | None) -> History:
        kinds = self.histories[key].kinds.of_holidays()
        place = (key[1], region, kinds)
        if place not in self._sums:
            curves = sum_of_curves(
                history
                for (store_id, currency), history in self.histories.items()
                if currency == key[1] and region in (None, self.calendar.store(store_id).region)
            )
            self._sums[place] = History(curves, kinds)
        return self._sums[place]


def _own_size(own: History, group: History, day: date, before: date | None) -> int | None:
    """The store's part of what the others sold on its own last days, times what they sell on such a day."""
    days = own.ordinary_days(before or day, SIZE_DAYS)
    past = [each for each in days if own[each].total > 0 and each in group]
    mine = sum(own[each].total for each in past)
    others = sum(group[each].total for each in past) - mine
    theirs = [each.total - _total(own, each.business_date) for each in group.like_days(day, before)]
    if mine <= 0 or others <= 0:
        return None
    part = Fraction(mine, others)
    return divide(median(theirs) * part.numerator, part.denominator)


def _total(history: History, day: date) -> int:
    curve = history.get(day)
    return curve.total if curve is not None else 0


def _within_hours(typical: TypicalDay, store: StoreEntry, day: date, usual: date) -> TypicalDay:
    now, before = open_minutes(store, day), open_minutes(store, usual)
    if now is None or before is None or now == before:
        return typical
    parts = [Fraction(n, b) if n < b else _WHOLE for n, b in zip(now, before, strict=True)]
    return typical.kept(parts)

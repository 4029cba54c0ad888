"""What a store with too few like days is held against: others' curve, at its own level."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import sum_of_curves
from daybook.ledger.history import FEWEST, DayKinds, History
from daybook.ledger.projection import TypicalDay, median, typical_day
from daybook.ledger.sold import Key
from daybook.schemas.rounding import divide

LEVEL_DAYS: Final = 56
"""The last so many of a store's own days say how large it is beside the others."""


class Fallbacks:
    """Sums of regions and of all stores, made when first needed."""

    def __init__(self, histories: Mapping[Key, History], calendar: Calendar) -> None:
        self.histories = histories
        self._calendar = calendar
        self._sums: dict[tuple[str, str | None, DayKinds], History] = {}

    def typical(self, key: Key, day: date) -> TypicalDay | None:
        """The typical day of a store with fewer than four like days; None where there is nothing to go by.

        The shares are those of its region's like days, or of all stores' where the region has fewer than
        four. The total is theirs, without the store itself, times its part of what they sold on the days it
        traded.
        """
        own, store = self.histories[key], self._calendar.store(key[0])
        like = own.like_days(day)
        for region in (store.region, None) if store.region else (None,):
            group = self._sum(key, region)
            shape = group.like_days(day)
            if len(shape) < FEWEST:
                continue
            level = _level(own, group, day)
            if level is None and like:
                level = median([each.total for each in like])
            typical = typical_day(shape)
            if level is not None and typical is not None:
                return TypicalDay(level, typical.shares, len(like))
        return typical_day(like)

    def _sum(self, key: Key, region: str | None) -> History:
        kinds = self.histories[key].kinds.of_holidays()
        place = (key[1], region, kinds)
        if place not in self._sums:
            curves = sum_of_curves(
                history
                for (store_id, currency), history in self.histories.items()
                if currency == key[1] and region in (None, self._calendar.store(store_id).region)
            )
            self._sums[place] = History(curves, kinds)
        return self._sums[place]


def _level(own: History, group: History, day: date) -> int | None:
    """The store's part of what the others sold on its own last days, times what they sell on such a day."""
    past = [each for each in own.ordinary_days(day, LEVEL_DAYS) if own[each].total > 0 and each in group]
    mine = sum(own[each].total for each in past)
    others = sum(group[each].total for each in past) - mine
    theirs = [each.total - _total(own, each.business_date) for each in group.like_days(day)]
    if mine <= 0 or others <= 0:
        return None
    part = Fraction(mine, others)
    return divide(median(theirs) * part.numerator, part.denominator)


def _total(history: History, day: date) -> int:
    curve = history.get(day)
    return curve.total if curve is not None else 0

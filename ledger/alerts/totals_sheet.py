"""Keeps the sheet of what stores sold in step with the merged totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np

from daybook.ledger import measures as m
from daybook.ledger.alerts.sheet import PAST_DAYS, Row, Sheet, kept
from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import QuarterAmount, wall_quarter
from daybook.ledger.history import DayKinds
from daybook.ledger.lines import SALES
from daybook.ledger.merged import Merged, MergedTotals, Place
from daybook.ledger.sold import SoldByQuarter

_OFTEN: Final = timedelta(days=3)
"""Days that are looked at each time; older ones now and then."""
_KEPT: Final = 2 * PAST_DAYS
"""Days by which the past 56 are judged in their turn."""
_SELDOM: Final = 30
"""Looks after which all days are looked at: what comes late for them is an example for others, no alert."""


class SheetOfTotals:
    """A sheet and the curves that paces are made of, and which totals are in them already."""

    def __init__(self, sheet: Sheet, calendar: Calendar) -> None:
        self.sheet = sheet
        self.sold = SoldByQuarter(calendar)
        self._calendar = calendar
        self._seen: dict[Place, dict[str, Merged]] = {}
        self._looks = 0

    def follow(self, view: MergedTotals) -> None:
        """Take over every total that has changed."""
        for _ in self.following(view):
            pass

    def following(self, view: MergedTotals) -> Iterator[None]:
        """The same, bit by bit: between two business dates others may have their turn."""
        places = [p for p in view.places() if p.dimension == "store_quarter" and p.book == SALES]
        newest = max((place.business_date for place in places), default=date.min)
        often = self._looks % _SELDOM != 0
        self._looks += 1
        for place in sorted(places):
            age = newest - place.business_date
            if age <= timedelta(days=_KEPT) and (age <= _OFTEN or not often):
                self._follow(place, view)
                yield
        for gone in [place for place in self._seen if newest - place.business_date > timedelta(days=_KEPT)]:
            del self._seen[gone]
            self.sold.forget_before(gone.business_date + timedelta(days=1))

    def _follow(self, place: Place, view: MergedTotals) -> None:
        seen = self._seen.setdefault(place, {})
        changed: defaultdict[int, list[tuple[Row, tuple[int, ...]]]] = defaultdict(list)
        for key, total in view.table(place).items():
            if seen.get(key) is total:
                continue
            seen[key] = total
            store_id, _, instant = key.rpartition("|")
            if store_id in self._calendar:
                quarter = wall_quarter(int(instant), place.business_date, self._calendar.store(store_id).days)
                changed[quarter].append((Row(store_id, place.currency), total.vector))
                amount = QuarterAmount(place.business_date, int(instant), m.figures(total.vector).net)
                self.sold.put((store_id, place.currency), amount)
        for quarter, told in changed.items():
            self._put(place.business_date, quarter, told)

    def _put(self, day: date, quarter: int, told: list[tuple[Row, tuple[int, ...]]]) -> None:
        """Quarter hours that fall on the same one of the wall clock, where it is set back, are added up."""
        sums: dict[Row, list[int]] = {}
        for row, vector in told:
            sums[row] = [a + b for a, b in zip(sums.get(row, [0] * m.WIDTH), vector, strict=True)]
        amounts = np.array([kept(vector) for vector in sums.values()], np.int64)
        self.sheet.put_kept(list(sums), day, quarter, amounts)
        for row in sums:
            if not DayKinds(self._calendar.store(row.store_id)).ordinary(day):
                self.sheet.no_example(row, day)

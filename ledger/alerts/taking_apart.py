"""The split of a scope's day so far, out of the merged totals: parts first, then who explains most of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from daybook.ledger import measures as m
from daybook.ledger.alerts.split import Member, breakdown, expected_sold, sold, split
from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import wall_quarter
from daybook.ledger.lines import SALES
from daybook.ledger.merged import MergedTotals
from daybook.ledger.merged import Place as Totals
from daybook.schemas.alerts import Breakdown, Dimension, Split

_WEEK: Final = timedelta(weeks=1)
_LIKE_DAYS: Final = 8
_OTHERS: Final = (Dimension.CHANNEL, Dimension.PRODUCT, Dimension.STAFF)
Vectors = dict[str, list[int]]


class Apart:
    """Takes days apart in one currency, as of so many quarter hours of the stores' wall clocks."""

    def __init__(
        self, view: MergedTotals, calendar: Calendar, currency: str, day: date, quarters: Mapping[str, int]
    ) -> None:
        """``quarters`` are the quarter hours that are over, by store; others do not count."""
        self._view, self._calendar, self._currency, self._day = view, calendar, currency, day
        self._quarters = quarters
        self._like_days = [day - number * _WEEK for number in range(1, _LIKE_DAYS + 1)]

    def of(self, stores: Container[str], expected: int, *, whole: bool) -> Split:
        """The split of these stores' day, held against what was expected of them.

        ``whole``: these are all stores, so that channels, products and staff can be told as well.
        """
        today = self._by_store(self._day, stores)
        like = [self._by_store(day, stores) for day in self._like_days]
        usual = _sums(like)
        actual = sold(_sum(today.values()))
        parts = expected_sold(expected, [_sum(each.values()) for each in like if each])
        found = [self._stores(today, usual, actual.net, expected)] if len(usual) > 1 else []
        if whole:
            found += [self._others(dimension, actual.net, expected) for dimension in _OTHERS]
        return split(actual, parts, found)

    def _stores(self, today: Vectors, usual: Vectors, actual: int, expected: int) -> Breakdown:
        members = [
            Member(key, _net(today.get(key)), _net(usual.get(key))) for key in sorted({*today, *usual})
        ]
        return breakdown(Dimension.STORE, actual, expected, members)

    def _others(self, dimension: Dimension, actual: int, expected: int) -> Breakdown:
        """Whole like days tell how the expected falls on the members: they have no curve of their own."""
        now = self._table(self._day, dimension.value)
        before = _sums([self._table(day, dimension.value) for day in self._like_days])
        keys = sorted({*now, *before})
        members = [Member(key, _net(now.get(key)), _net(before.get(key))) for key in keys]
        return breakdown(dimension, actual, expected, members)

    def _table(self, day: date, dimension: str) -> Vectors:
        table = self._view.table(Totals(SALES, day, self._currency, dimension))
        return {key: list(total.vector) for key, total in table.items()}

    def _by_store(self, day: date, stores: Container[str]) -> Vectors:
        """What each store's day had brought by this time of its own day."""
        found: defaultdict[str, list[int]] = defaultdict(lambda: [0] * m.WIDTH)
        for store, quarter, vector in self._quarters_of(day):
            if store in stores and quarter < self._quarters.get(store, 0):
                found[store] = [a + b for a, b in zip(found[store], vector, strict=True)]
        return dict(found)

    def _quarters_of(self, day: date) -> Iterator[tuple[str, int, tuple[int, ...]]]:
        table = self._view.table(Totals(SALES, day, self._currency, "store_quarter"))
        for key, total in table.items():
            store, _, instant = key.rpartition("|")
            if store in self._calendar:
                rules = self._calendar.store(store).days
                yield store, wall_quarter(int(instant), day, rules), total.vector


def _sums(days: list[Vectors]) -> Vectors:
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0] * m.WIDTH)
    for day in days:
        for key, vector in day.items():
            found[key] = [a + b for a, b in zip(found[key], vector, strict=True)]
    return dict(found)


def _sum(vectors: Iterable[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*vectors, strict=True)] or [0] * m.WIDTH


def _net(vector: list[int] | None) -> int:
    return 0 if vector is None else sold(vector).net

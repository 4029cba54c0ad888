"""Which stores and hours a case looks into, and the same hours of like days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.calendar import QUARTER, Calendar, day_start
from daybook.ledger.opening import opens_on, trading
from daybook.schemas.alerts import Dimension, Scope
from daybook.schemas.cases import Case
from daybook.schemas.stores import StoreEntry

LIKE_DAYS: Final = 8
"""Weeks that are looked back: the usual is that of the same weekday."""
_WEEK: Final = timedelta(weeks=1)


class Hours(NamedTuple):
    """From an instant on and before another: epoch seconds, both on quarter hours."""

    first: int
    end: int


class Look(NamedTuple):
    """The stores of a scope, a business date, and the hours of it that are looked into."""

    stores: list[StoreEntry]
    business_date: date
    hours: Hours

    @property
    def like_days(self) -> list[date]:
        """The same weekday of the weeks before, the last one first."""
        return [self.business_date - number * _WEEK for number in range(1, LIKE_DAYS + 1)]

    def hours_on(self, store: StoreEntry, day: date) -> Hours:
        """The same hours since the store's day began, on another business date."""
        moved = day_start(day, store.days) - day_start(self.business_date, store.days)
        return Hours(self.hours.first + moved, self.hours.end + moved)

    def closed(self, day: date) -> list[StoreEntry]:
        """The stores that do not open on a day, by the stores file."""
        return [store for store in self.stores if opens_on(store, day) is False]


def look_of(case: Case, calendar: Calendar) -> Look:
    """What a case looks into: quarter hours that are cut by its window count in full."""
    first = int(case.window_start.timestamp()) // QUARTER * QUARTER
    end = -(-int(case.window_end.timestamp()) // QUARTER) * QUARTER
    stores = [
        store for store in calendar.stores if within(store, case.scope) and trading(store, case.business_date)
    ]
    return Look(stores, case.business_date, Hours(first, end))


def within(store: StoreEntry, scope: Scope) -> bool:
    """Whether a store belongs to a scope; what lies across stores, such as a product, has all of them."""
    if scope.dimension is Dimension.REGION:
        return store.region == scope.key
    named = scope.store or (scope.key if scope.dimension is Dimension.STORE else None)
    return named is None or store.store_id == named


def quarter_of(moment: datetime) -> datetime:
    """The quarter hour in which an aware moment falls, in UTC."""
    return datetime.fromtimestamp(int(moment.timestamp()) // QUARTER * QUARTER, UTC)

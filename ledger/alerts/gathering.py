"""What is remembered of stores from tick to tick: their hours, and what is usual of the days before."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from daybook.ledger.alerts.gaps import OrderDays, longest_usual, order_days
from daybook.ledger.alerts.robust import Ints
from daybook.ledger.alerts.sheet import REVERSED, Past, Sheet
from daybook.ledger.alerts.windows import highest_usual
from daybook.ledger.calendar import QUARTER, Calendar
from daybook.ledger.opening import Interval, hours_of
from daybook.schemas.alerts import Dimension, Scope
from daybook.schemas.stores import StoreEntry

_DAY: Final = timedelta(days=1)


class Group(NamedTuple):
    """A scope and its rows."""

    scope: Scope
    members: Ints
    numbers: list[int]


class Known(NamedTuple):
    """What the days before tell, for as long as they stay as they are."""

    key: tuple[bytes, int]
    past: Past
    orders: OrderDays
    longest: Ints
    longest_of: dict[bytes, int]
    highest_of: dict[tuple[int, bytes], int]

    def longest_together(self, members: Ints) -> int:
        """The longest usual silence that rows share, in orders missed (millionths)."""
        key = members.tobytes()
        if key not in self.longest_of:
            self.longest_of[key] = int(longest_usual(self.orders.rows(members))[0])
        return self.longest_of[key]

    def highest_together(self, minutes: int, members: Ints) -> int:
        """The most that was usually taken back of rows together within so many minutes of a day."""
        key = (minutes, members.tobytes())
        if key not in self.highest_of:
            quarters = minutes * 60 // QUARTER
            self.highest_of[key] = highest_usual(self.past, REVERSED, quarters, members)
        return self.highest_of[key]


class Gathering:
    """What is remembered of the stores from tick to tick: hours, and what is usual.

    It can be made anew at any time, and has to be where the stores file has changed.
    """

    def __init__(self, sheet: Sheet, calendar: Calendar) -> None:
        self.sheet = sheet
        self.calendar = calendar
        self._hours: dict[tuple[str, date], list[Interval] | None] = {}
        self._known: Known | None = None
        self._groups: dict[tuple[Dimension, bool, int], list[Group]] = {}

    def past(self, today: Ints) -> Known:
        """The days before each row's business date and what is usual of them; made anew when they change."""
        key = (today.tobytes(), self.sheet.past_changes)
        if self._known is None or self._known.key != key:
            past = self.sheet.past(today)
            orders = order_days(past)
            self._known = Known(key, past, orders, longest_usual(orders), {}, {})
        return self._known

    def groups(self, dimension: Dimension, *, money: bool) -> list[Group]:
        """The scopes of a dimension and their rows; a row without a store belongs nowhere."""
        rows = self.sheet.rows
        name = (dimension, money, len(rows))
        if name not in self._groups:
            found: defaultdict[tuple[str | None, str | None], list[int]] = defaultdict(list)
            for number, row in enumerate(rows):
                if row.store_id not in self.calendar:
                    continue
                region = self.calendar.store(row.store_id).region
                key = {Dimension.ALL: None, Dimension.REGION: region}.get(dimension, row.store_id)
                if key is not None or dimension is Dimension.ALL:
                    found[key, row.currency if money else None].append(number)
            self._groups[name] = [
                Group(self._scope(dimension, *key), np.array(numbers, np.int64), numbers)
                for key, numbers in sorted(found.items(), key=str)
            ]
        return self._groups[name]

    def _scope(self, dimension: Dimension, key: str | None, currency: str | None) -> Scope:
        store = self.calendar.store(key) if dimension is Dimension.STORE and key else None
        region = key if dimension is Dimension.REGION else store.region if store else None
        return Scope(
            dimension=dimension,
            key=key,
            currency=currency,
            region=region,
            store=store.store_id if store else None,
        )

    def is_open(self, store: StoreEntry, day: date, instant: int) -> bool | None:
        """Whether a store is open; None where its hours are not stated."""
        hours = self._hours_of(store, day)
        if hours is None:
            return None
        # Yesterday's hours may reach into today.
        both = [*(self._hours_of(store, day - _DAY) or ()), *hours]
        return any(interval.start <= instant < interval.end for interval in both)

    def trades(self, store: StoreEntry, day: date) -> bool:
        """Whether a store opens on a day, as far as its hours are stated."""
        hours = self._hours_of(store, day)
        return hours is None or bool(hours)

    def _hours_of(self, store: StoreEntry, day: date) -> list[Interval] | None:
        key = (store.store_id, day)
        if key not in self._hours:
            if len(self._hours) > 4 * len(self.calendar.stores) + 64:
                self._hours.clear()
            self._hours[key] = hours_of(store, day)
        return self._hours[key]

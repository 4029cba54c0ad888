"""What was bought by campaigns and by customers, as rules ask for it: read from the events themselves.

Totals know neither. Events of the last days are kept one by one, so that repeats, newer states of an order
and any order of arrival come to the same; of days before these there are sums, which nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from daybook.ledger.alerts.sheet import PAST_DAYS
from daybook.ledger.bought.customers import Customers, Order
from daybook.ledger.bought.facts import Bought, Part, bought
from daybook.ledger.bought.measures import (
    CAMPAIGN_NET,
    CAMPAIGN_ORDERS,
    CAMPAIGN_SALES,
    NEW_ORDERS,
    RETURNING_ORDERS,
)
from daybook.ledger.bought.sums import BoughtSums, Cell, Day
from daybook.ledger.calendar import Calendar
from daybook.ledger.till_events import till_event

OPEN_DAYS: Final = timedelta(days=4)
"""For which events are kept one by one: identities are remembered for 72 hours at least."""
KEPT: Final = timedelta(days=PAST_DAYS + 1)
_FACTS, _SUMS, _CUSTOMERS, _READ = b"facts|", b"sums|", b"customers|", b"read"
_AT_A_TIME: Final = 20_000
"""Entries that are handed over at once, at most; the rest follows."""
_NO_SUMS: Final = b"[]"
_LONG_AGO: Final = date.min + KEPT
_SHELF: Final = 1
"""Digits of what an event is known by that say on which shelf of its day it is kept."""


class _Shelf(NamedTuple):
    """Events that are kept together: of a store and the day of their last part, by how they are known."""

    store_id: str
    business_date: date
    number: str


class BoughtBook:
    """Campaigns and customers of the last eight weeks, and up to where the events are read.

    Args:
        calendar: the stores; events of others are passed over.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.next_offsets: dict[int, int] = {}
        """The next offset of the event topic, by partition."""
        self.edition = 0
        """Rises when the book was put back: whoever reads goes on at ``next_offsets``."""
        self.complete = False
        """Whether all is noted that the topic held when its reader began."""
        self.partitions: int | None = None
        """How many the event topic has; None where that is not known yet."""
        self._begin()

    def _begin(self) -> None:
        self.sums = BoughtSums()
        self._facts: dict[str, Bought] = {}
        self._shelves: defaultdict[_Shelf, set[str]] = defaultdict(set)
        self._customers = Customers()
        self._closed = self._newest = _LONG_AGO
        self._read_at: dict[int, date] = {}
        self._restoring = False
        self._changed: set[_Shelf | Day] = set()
        self._written: set[_Shelf] = set()
        """The shelves of which there is an entry."""

    def read(self, value: bytes, recorded_at: datetime) -> None:
        """Note an event as it came."""
        found = None
        if b'"campaign"' in value or b'"customer"' in value:
            found = bought(value, recorded_at, self._calendar)
        if found is not None and (found.campaign or found.customer):
            self.note(found)
        elif (seen := till_event(value, recorded_at)) is not None and seen.store_id in self._calendar:
            self._begin_day(Day(seen.store_id, self._calendar.moment(seen.store_id, seen.at).business_date))

    def read_to(self, partition: int, offset: int, recorded_at: datetime) -> None:
        """All events of a partition before an offset are noted; the last was recorded at ``recorded_at``."""
        self.next_offsets[partition] = offset
        self._read_at[partition] = recorded_at.date()

    def note(self, event: Bought) -> None:
        """Take over an event. One of a closed day changes nothing, nor does a state that is not newer."""
        known = self._facts.get(event.slot)
        if known is None and event.business_date <= self._closed:
            return
        if known is not None and known.version >= event.version:
            return
        if known is not None:
            self._take(known, -1)
        self._take(event, 1)

    def _begin_day(self, day: Day) -> None:
        self._newest = max(self._newest, day.business_date)
        if day not in self.sums and day.business_date > self._newest - KEPT:
            self.sums.begin(day)
            self._changed.add(day)

    def _take(self, event: Bought, sign: int) -> None:
        shelf = _shelf_of(event)
        self._changed.add(shelf)
        if sign > 0:
            self._facts[event.slot] = event
            self._shelves[shelf].add(event.slot)
        else:
            del self._facts[event.slot]
            self._shelves[shelf].discard(event.slot)
        for part in event.parts:
            self._begin_day(Day(event.store_id, part.business_date))
            if event.campaign:
                told = {CAMPAIGN_SALES: part.sales, CAMPAIGN_ORDERS: part.orders, CAMPAIGN_NET: part.net}
                self._add(event, part, Cell(part.quarter, event.currency, event.campaign), told, sign)
        if event.customer and event.is_order:
            self._order(event, sign)

    def _order(self, event: Bought, sign: int) -> None:
        """An order of a customer more or less: another one may be their first now."""
        order, before = Order(event.at, event.slot), self._customers.first(event.customer)
        if sign > 0:
            self._customers.add(event.customer, order)
        else:
            self._customers.remove(event.customer, order)
        first = self._customers.first(event.customer)
        self._count(event, NEW_ORDERS if order in {before, first} else RETURNING_ORDERS, sign)
        if before != first:
            # Of the others one was the first until now, or has become it.
            for other, number in ((before, -1), (first, 1)):
                if other is not None and other != order:
                    self._turn(self._facts[other.slot], number)

    def _turn(self, event: Bought, sign: int) -> None:
        """An order has become its customer's first, or with ``sign`` -1 is so no more."""
        self._count(event, NEW_ORDERS, sign)
        self._count(event, RETURNING_ORDERS, -sign)

    def _count(self, event: Bought, measure: str, sign: int) -> None:
        part = event.parts[0]
        self._add(event, part, Cell(part.quarter, "", ""), {measure: 1}, sign)

    def _add(self, event: Bought, part: Part, cell: Cell, measures: Mapping[str, int], sign: int) -> None:
        if part.business_date <= self._closed:
            if self._restoring:
                # It is in the sums that were kept.
                return
            self._changed.add(Day(event.store_id, part.business_date))
        self.sums.add(Day(event.store_id, part.business_date), cell, measures, sign)

    def tidy(self) -> None:
        """Close what can be closed, while events of the past are read."""
        self.forget_old()

    def forget_old(self) -> None:
        """Close days, and let go of those of more than eight weeks ago.

        While events of the past are still read a day is closed as soon as no partition is before it any more.
        """
        last = self._newest - OPEN_DAYS
        if not self.complete:
            read = len(self._read_at) == self.partitions
            last = min(self._newest, *self._read_at.values()) - OPEN_DAYS if read else _LONG_AGO
        if last <= self._closed:
            return
        for shelf in sorted(each for each in self._shelves if each.business_date <= last):
            for slot in sorted(self._shelves.pop(shelf)):
                self._close(self._facts.pop(slot))
            # What was never kept need not be removed.
            (self._changed.add if shelf in self._written else self._changed.discard)(shelf)
        self._changed.update(day for day in self.sums.days if self._closed < day.business_date <= last)
        self._closed = last
        for day in [day for day in self.sums.days if day.business_date < self._newest - KEPT]:
            self.sums.drop(day)
            self._changed.add(day)
        self._customers.forget_before(self._newest - KEPT)

    def _close(self, event: Bought) -> None:
        if not (event.customer and event.is_order):
            return
        order, first = Order(event.at, event.slot), self._customers.first(event.customer)
        self._customers.close(event.customer, order, event.business_date)
        if first is not None and first != order:
            # They are known from a day before, though by the clock this came later: business dates differ.
            self._turn(self._facts[first.slot], -1)

    def changes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """What has to be kept since this was asked last: entries, of which None removes one.

        How far events are read comes last, when nothing else is left: what is read again changes nothing.
        Before all is read there is nothing to keep: days of then are closed as soon as it is.
        """
        if not self.complete:
            return
        for _ in range(min(len(self._changed), _AT_A_TIME)):
            yield self._entry(self._changed.pop())
        for shard, value in self._customers.changes():
            yield _CUSTOMERS + b"%d" % shard, value or None
        if not self._changed:
            yield _READ, orjson.dumps([self._closed.isoformat(), sorted(self.next_offsets.items())])

    def _entry(self, which: _Shelf | Day) -> tuple[bytes, bytes | None]:
        prefix, value = (
            (_FACTS, self._shelved(which)) if isinstance(which, _Shelf) else (_SUMS, self._summed(which))
        )
        return prefix + orjson.dumps(list(which)), value

    def _shelved(self, shelf: _Shelf) -> bytes | None:
        slots = self._shelves.get(shelf)
        if not slots:
            self._written.discard(shelf)
            return None
        self._written.add(shelf)
        return orjson.dumps([self._facts[slot] for slot in sorted(slots)], default=list)

    def _summed(self, day: Day) -> bytes | None:
        if day not in self.sums:
            return None
        # Of an open day they follow from its events; that the store has sold does not.
        return self.sums.encode(day) if day.business_date <= self._closed else _NO_SUMS

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Forget everything, and know what these entries say."""
        self._begin()
        self.edition += 1
        self.complete, self.next_offsets = False, {}
        if _READ in entries:
            closed, offsets = orjson.loads(entries[_READ])
            self._closed, self.next_offsets = date.fromisoformat(closed), dict(offsets)
        for key, value in entries.items():
            if key.startswith(_SUMS):
                store_id, day = orjson.loads(key[len(_SUMS) :])
                self.sums.decode(Day(store_id, date.fromisoformat(day)), value)
                self._newest = max(self._newest, date.fromisoformat(day))
            elif key.startswith(_CUSTOMERS):
                self._customers.restore(value)
        self._restoring = True
        for value in (value for key, value in entries.items() if key.startswith(_FACTS)):
            for fact in orjson.loads(value):
                self._take(_decoded(fact), 1)
        self._restoring, self._changed = False, set()
        self._written = set(self._shelves)


def _shelf_of(event: Bought) -> _Shelf:
    return _Shelf(event.store_id, event.parts[-1].business_date, event.slot[:_SHELF])


def _decoded(fact: list[Any]) -> Bought:
    *head, told = fact
    parts = tuple(Part(date.fromisoformat(day), *rest) for day, *rest in told)
    return Bought(*head, parts)  # type: ignore[call-arg]  # as it was written

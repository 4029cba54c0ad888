"""What is remembered of each till: the quarter hours in which it sold, and what it took back, day by day.

Totals know no tills, so this is read from the events themselves. All of it comes out the same where events
repeat or come in another order: a quarter hour is set or not, and a reversal is known by its identity. Only
for a day that is over by more than three days reversals are taken as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import orjson

from daybook.ledger.alerts.sheet import PAST_DAYS
from daybook.ledger.calendar import Calendar
from daybook.ledger.curves import QUARTERS, wall_quarter
from daybook.ledger.till_events import Kind, TillEvent, till_event

_IDS_DAYS: Final = timedelta(days=3)
_KEPT: Final = timedelta(days=PAST_DAYS + 1)
_LONG_AGO: Final = date.min + _KEPT
_DAY, _IDS, _READ = b"day|", b"ids|", b"read"
_AT_A_TIME: Final = 20_000
"""Entries that are handed over at once, at most; the rest follows."""
_ID_BYTES: Final = 8


class Till(NamedTuple):
    """A till of a store; with an empty name all that names none."""

    store_id: str
    till_id: str

    @property
    def key(self) -> str:
        """As scopes of alerts name it."""
        return f"{self.store_id}/{self.till_id}"


class TillDay:
    """A till's business day. ``sold`` has a bit for each quarter hour of the wall clock with a sale."""

    __slots__ = ("ids", "refunds", "sold", "voids")

    def __init__(self, sold: int = 0) -> None:
        self.sold = sold
        self.refunds: dict[int, int] = {}
        self.voids: dict[int, int] = {}
        self.ids: set[bytes] = set()

    def quarters(self) -> list[int]:
        """The quarter hours with a sale, in order."""
        return [number for number in range(QUARTERS) if self.sold >> number & 1]

    def taken_back(self, kind: Kind) -> dict[int, int]:
        """How many refunds, or voids, each quarter hour had."""
        return self.refunds if kind is Kind.REFUND else self.voids


class TillBook:
    """All tills' days of the last eight weeks, and up to where the events are read.

    Args:
        calendar: the stores; events of others are passed over.
    """

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.days: dict[Till, dict[date, TillDay]] = {}
        self.next_offsets: dict[int, int] = {}
        """The next offset of the event topic, by partition."""
        self.edition = 0
        """Rises when the book was put back: whoever reads goes on at ``next_offsets``."""
        self.complete = False
        """Whether all is noted that the topic held when its reader began."""
        self.partitions: int | None = None
        """How many the event topic has."""
        self._changed: set[tuple[bytes, Till, date]] = set()
        self._gone: set[bytes] = set()
        self._newest = _LONG_AGO

    def read(self, value: bytes, recorded_at: datetime) -> None:
        """Note an event as it came."""
        event = till_event(value, recorded_at)
        if event is not None:
            self.note(event)

    def note(self, event: TillEvent) -> None:
        """Take over an event."""
        if event.store_id not in self._calendar:
            return
        instant = event.at
        day = self._calendar.moment(event.store_id, instant).business_date
        if day < self._newest - _KEPT:
            return
        self._newest = max(self._newest, day)
        till = Till(event.store_id, event.till_id)
        quarter = wall_quarter(int(instant.timestamp()), day, self._calendar.store(event.store_id).days)
        known = self.days.setdefault(till, {}).setdefault(day, TillDay())
        if event.kind is Kind.SALE:
            if not known.sold >> quarter & 1:
                known.sold |= 1 << quarter
                self._changed.add((_DAY, till, day))
        elif event.identity not in known.ids and day >= self._newest - _IDS_DAYS:
            known.ids.add(event.identity)
            counts = known.taken_back(event.kind)
            counts[quarter] = counts.get(quarter, 0) + 1
            self._changed |= {(_DAY, till, day), (_IDS, till, day)}

    def read_to(self, partition: int, offset: int, _recorded_at: datetime | None = None) -> None:
        """All events of a partition before an offset are noted."""
        self.next_offsets[partition] = offset

    def tidy(self) -> None:
        """Nothing: a till's day is small, however many days are read."""

    def forget_old(self) -> None:
        """Let go of days of more than eight weeks ago, and of identities of days that are long over."""
        for till, days in list(self.days.items()):
            for day, known in list(days.items()):
                if known.ids and day < self._newest - _IDS_DAYS:
                    known.ids.clear()
                    self._drop(_IDS, till, day)
                if day < self._newest - _KEPT:
                    del days[day]
                    self._drop(_DAY, till, day)
            if not days:
                del self.days[till]

    def _drop(self, kind: bytes, till: Till, day: date) -> None:
        self._changed.discard((kind, till, day))
        self._gone.add(_name(kind, till, day))

    def changes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """What has to be kept since this was asked last: entries, of which None removes one.

        How far events are read comes last, when nothing else is left: what is read again changes nothing.
        """
        for _ in range(min(len(self._gone), _AT_A_TIME)):
            yield self._gone.pop(), None
        for _ in range(min(len(self._changed), _AT_A_TIME)):
            kind, till, day = self._changed.pop()
            yield _name(kind, till, day), self._entry(kind, self.days[till][day])
        if not self._changed and not self._gone:
            yield _READ, orjson.dumps(self.next_offsets, option=orjson.OPT_NON_STR_KEYS)

    @staticmethod
    def _entry(kind: bytes, day: TillDay) -> bytes:
        if kind == _IDS:
            return b"".join(sorted(day.ids))
        counts = (day.refunds, day.voids)
        return orjson.dumps([f"{day.sold:x}", *map(_listed, counts)])

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Forget everything, and know what these entries say."""
        self.days, self.next_offsets, self._newest = {}, {}, _LONG_AGO
        self._changed, self._gone = set(), set()
        self.edition += 1
        self.complete = False
        for name, value in entries.items():
            if name == _READ:
                self.next_offsets = {int(key): offset for key, offset in orjson.loads(value).items()}
                continue
            till, day = _named(name)
            known = self.days.setdefault(till, {}).setdefault(day, TillDay())
            self._newest = max(self._newest, day)
            if name.startswith(_IDS):
                known.ids = {value[at : at + _ID_BYTES] for at in range(0, len(value), _ID_BYTES)}
            else:
                sold, refunds, voids = orjson.loads(value)
                known.sold, known.refunds, known.voids = int(sold, 16), dict(refunds), dict(voids)


def _listed(counts: Mapping[int, int]) -> list[tuple[int, int]]:
    return sorted(counts.items())


def _name(kind: bytes, till: Till, day: date) -> bytes:
    return kind + orjson.dumps([*till, day.isoformat()])


def _named(name: bytes) -> tuple[Till, date]:
    store_id, till_id, day = orjson.loads(name[len(_DAY) :])
    return Till(store_id, till_id), date.fromisoformat(day)

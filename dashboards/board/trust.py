"""Reads the view of trust: whether the other views can be believed, and what is still on its way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from daybook.dashboards import queries
from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.days import store_day
from daybook.dashboards.board.daystates import DayState, day_states
from daybook.dashboards.board.document import Position
from daybook.ledger.calendar import Calendar
from daybook.schemas.currencies import exponent
from daybook.sinks.days import day_postings
from daybook.sinks.errors import SinkBehind, StoreError
from daybook.sinks.reconcile import reconcile
from daybook.sinks.store import Store

CHECK_SECONDS: Final = 60.0
"""How often totals are held against lines, and closed days looked through, while somebody looks."""
DAYS: Final = 3
"""Business dates whose state is shown, today's with them."""
LATE: Final = timedelta(hours=1)
"""From when on an event is called late: so long after it occurred the log took it."""
_DEAD_SINCE: Final = timedelta(days=7)
_DELAYS_SINCE: Final = timedelta(hours=1)
_MOST: Final = 50
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delays:
    """From the sale to the log, over the last hour; seconds."""

    median: int
    p99: int
    events: int


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Dead letters of the last seven days of one reason and source."""

    reason: str
    source: str
    count: int
    replayable: int
    newest_ms: int


@dataclass(frozen=True, slots=True)
class Late:
    """What a store's late events of the shown days came to."""

    store_id: str
    currency: str
    events: int
    net: int
    longest_seconds: int


@dataclass(frozen=True, slots=True)
class Check:
    """How totals and lines compared. ``differences`` is None where there was no quiet moment to compare."""

    at_ms: int
    dates: list[date]
    differences: int | None


@dataclass(frozen=True, slots=True)
class TrustDocument:
    """The view of trust. What counts every store's events is None where the viewer may not see all."""

    as_of_ms: int
    exponents: dict[str, int]
    newest_recorded_ms: int | None
    newest_written_ms: int | None
    position: Position | None
    waiting: int | None
    delays: Delays | None
    dead_letters: list[DeadLetters] | None
    late: list[Late]
    days: list[DayState]
    check: Check | None
    names: dict[str, str]
    """Stores' names by id."""


class TrustReader:
    """Reads the view of trust. ``grace`` is the time after which an ended business day is closed."""

    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        clock: Callable[[], datetime],
        scope: Scope,
        grace: timedelta,
    ) -> None:
        self._store = store
        self._calendar = calendar
        self._clock = clock
        self._scope = scope
        self._grace = grace
        self._checked_at = float("-inf")
        self._days: list[DayState] = []
        self._check: Check | None = None
        self._checks = 0
        self._checking: asyncio.Task[None] | None = None

    async def mark(self) -> tuple[Any, ...]:
        """Changes with every counted or dead event."""
        rows = await self._ask("position")
        due = time.monotonic() - self._checked_at >= CHECK_SECONDS
        return (*rows[0], self._checks, due)

    async def read(self) -> TrustDocument:
        """The whole view. Raises what the store raises."""
        now = self._clock()
        dates = self._dates(now)
        self._look_through(now, dates)
        everything = self._scope.stores is None
        position = Position(*(await self._ask("position"))[0])
        waiting, newest_ms = (await self._ask("waiting_events"))[0]
        late = [Late(*row) for row in await self._of_stores("late_events", dates, late_seconds=_s(LATE))]
        delays = await self._delays(dates, now)
        dead = await self._dead_letters(now) if everything else None
        # What is looked through beside this may change at each await: it is taken here, all at once.
        days, check = self._days, self._check
        return TrustDocument(
            as_of_ms=_ms(now),
            exponents=_exponents(days, late),
            newest_recorded_ms=position.newest_recorded_ms,
            newest_written_ms=newest_ms or None,
            position=position if everything else None,
            waiting=waiting if everything else None,
            delays=delays,
            dead_letters=dead,
            late=late,
            days=days,
            check=check,
            names={store.store_id: store.name or store.store_id for store in self._stores()},
        )

    def _stores(self) -> list[Any]:
        return [store for store in self._calendar.stores if self._scope.shows(store.store_id)]

    def _dates(self, now: datetime) -> list[date]:
        """The last business dates of all stores, oldest first."""
        today = {store_day(store, now).today for store in self._stores()}
        return sorted({day - timedelta(days=back) for day in today for back in range(DAYS)})

    async def _ask(self, query: str, **parameters: Any) -> Sequence[Sequence[Any]]:
        return await self._store.arows(queries.load(query), parameters)

    async def _of_stores(self, query: str, dates: list[date], **others: Any) -> Sequence[Sequence[Any]]:
        stores = [store.store_id for store in self._stores()]
        if not stores or not dates:
            return []
        return await self._ask(query, dates=dates, stores=stores, limit=_MOST, **others)

    async def _delays(self, dates: list[date], now: datetime) -> Delays | None:
        rows = await self._of_stores("arrival_delays", dates, since_ms=_ms(now - _DELAYS_SINCE))
        return Delays(int(rows[0][0]), int(rows[0][1]), rows[0][2]) if rows and rows[0][2] else None

    async def _dead_letters(self, now: datetime) -> list[DeadLetters]:
        rows = await self._ask("dead_letter_reasons", since_ms=_ms(now - _DEAD_SINCE), limit=_MOST)
        return [DeadLetters(*row) for row in rows]

    def _look_through(self, now: datetime, dates: list[date]) -> None:
        """Have what costs more than a moment done beside the reading, now and then."""
        due = time.monotonic() - self._checked_at >= CHECK_SECONDS
        if due and dates and (self._checking is None or self._checking.done()):
            self._checking = asyncio.create_task(self._looked_through(now, dates), name="trust")

    async def _looked_through(self, now: datetime, dates: list[date]) -> None:
        try:
            postings = await asyncio.to_thread(day_postings, self._store, dates[0], dates[-1])
            own = {key: found for key, found in postings.items() if self._scope.shows(key[1])}
            self._days = day_states(own, self._calendar, self._grace, now)
            if self._scope.stores is None:
                self._check = await asyncio.to_thread(self._compare, now, dates[-2:])
        except StoreError:
            _log.exception("Days and totals cannot be looked through; the next try is in a minute.")
        self._checked_at = time.monotonic()
        self._checks += 1

    def _compare(self, now: datetime, dates: list[date]) -> Check:
        try:
            found = sum(len(reconcile(self._store, day, patience=1.0)) for day in dates)
        except SinkBehind:
            return Check(_ms(now), dates, None)
        return Check(_ms(now), dates, found)


def _exponents(days: list[DayState], late: list[Late]) -> dict[str, int]:
    currencies = {day.currency for day in days} | {entry.currency for entry in late}
    return {currency: exponent(currency) for currency in sorted(currencies)}


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _s(length: timedelta) -> int:
    return int(length.total_seconds())

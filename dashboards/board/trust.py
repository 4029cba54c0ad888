"""Reads the view of trust: whether the other views can be believed, and what is still on its way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from daybook.dashboards.board.access import Scope
from daybook.dashboards.board.asking import Asking
from daybook.dashboards.board.days import store_day
from daybook.dashboards.board.daystates import DayState, day_states
from daybook.dashboards.board.document import Position
from daybook.dashboards.board.trust_document import Check, DeadLetters, Delays, Late, TrustDocument
from daybook.dashboards.queries.filling import Window
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
_DEAD_SINCE: Final = timedelta(days=7)
_LATE_SINCE: Final = timedelta(days=3)
_DELAYS_SINCE: Final = timedelta(hours=1)
_ONE_INTERVAL: Final = 2**31
"""Seconds: everything since 1970 lies in one, so that a curve has one point."""
_UNREADABLE: Final = "unreadable"
"""Who sent what could not be read, in the query's words."""
_log = logging.getLogger(__name__)


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
        self._asking = Asking(store, scope)
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
        rows = await self._asking.rows("position")
        due = time.monotonic() - self._checked_at >= CHECK_SECONDS
        return (*rows[0], self._checks, due)

    async def read(self) -> TrustDocument:
        """The whole view. Raises what the store raises."""
        now = self._clock()
        dates = self._dates(now)
        self._look_through(now, dates)
        everything = self._scope.stores is None
        (fresh,) = await self._asking.shared("trust_freshness")
        late = await self._late(now)
        delays = await self._delays(now)
        dead = await self._dead_letters(now) if everything else None
        # What is looked through beside this may change at each await: it is taken here, all at once.
        days, check = self._days, self._check
        return TrustDocument(
            as_of_ms=_ms(now),
            exponents=_exponents(days, late),
            newest_recorded_ms=_ms_of(fresh["newest_counted"]),
            newest_written_ms=_ms_of(fresh["newest_written"]),
            position=_position(fresh) if everything else None,
            waiting=int(fresh["behind"]) if everything else None,
            delays=delays,
            dead_letters=dead,
            late=late,
            days=days,
            check=check,
            names=self._scope.names_of(self._calendar.stores),
        )

    def _stores(self) -> list[Any]:
        return [store for store in self._calendar.stores if self._scope.shows(store.store_id)]

    def _dates(self, now: datetime) -> list[date]:
        """The last business dates of all stores, oldest first."""
        today = {store_day(store, now).today for store in self._stores()}
        return sorted({day - timedelta(days=back) for day in today for back in range(DAYS)})

    async def _late(self, now: datetime) -> list[Late]:
        if not self._stores():
            return []
        rows = await self._asking.shared("trust_late", window=Window(now - _LATE_SINCE, now))
        return [
            Late(r["store"], r["currency"], r["late_events"], int(r["net"]), int(r["longest_delay"]))
            for r in rows
        ]

    async def _delays(self, now: datetime) -> Delays | None:
        if not self._stores():
            return None
        window = Window(now - _DELAYS_SINCE, now, _ONE_INTERVAL)
        rows = await self._asking.shared("trust_delay", window=window)
        told = ("median_delay", "p95_delay", "events")
        return Delays(*(int(rows[0][name]) for name in told)) if rows else None

    async def _dead_letters(self, now: datetime) -> list[DeadLetters]:
        window = Window(now - _DEAD_SINCE, now)
        return [
            DeadLetters(
                row["reason"],
                "" if row["producer"] == _UNREADABLE else row["producer"],
                row["dead_letters"],
                row["replayable"],
                _ms(row["newest"]),
            )
            for row in await self._asking.shared("trust_dead_letters", window=window)
        ]

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


def _position(fresh: Mapping[str, Any]) -> Position:
    return Position(
        received=int(fresh["received"]),
        counted=int(fresh["counted"]),
        duplicates=int(fresh["duplicates"]),
        dead=int(fresh["dead"]),
        newest_recorded_ms=_ms_of(fresh["newest_counted"]),
    )


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _ms_of(moment: datetime | None) -> int | None:
    return None if moment is None else _ms(moment)

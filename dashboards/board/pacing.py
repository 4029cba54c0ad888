"""Where today is against the usual day, from history that is read once per quarter hour, for all viewers.

Reading the past and weighing its misses takes a moment. Between two quarter hours only what was sold changes,
and the share of the typical day that has passed: both are cheap.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from daybook.dashboards.board.curves import StoreQuarters
from daybook.ledger.calendar import QUARTER, Calendar, wall_time
from daybook.ledger.history import LIKE_DAYS
from daybook.ledger.pace import StorePace, store_paces
from daybook.ledger.projection import MISSED_DAYS, Projection, project
from daybook.ledger.sold import Key
from daybook.sinks.history import quarter_amounts
from daybook.sinks.store import Store

_BACK: Final = timedelta(days=MISSED_DAYS * 2) + timedelta(weeks=LIKE_DAYS)
"""As far as the oldest like day of the oldest missed day, with room for days without sales."""
_log = logging.getLogger(__name__)


class Pacing:
    """The stores' paces in net sales. Reading the past raises what the store raises, the first time only."""

    def __init__(self, store: Store, calendar: Calendar) -> None:
        self._store = store
        self._calendar = calendar
        self._known: dict[Key, StorePace] = {}
        self._quarter = -1
        self._running: asyncio.Task[None] | None = None
        self.version = 0
        """Rises when history was read anew."""

    async def paces(self, quarters: Sequence[StoreQuarters], now: datetime) -> dict[Key, StorePace]:
        """The paces of these stores at an aware time, by what they have sold so far."""
        await self._up_to_date(now)
        found = {}
        for own in quarters:
            key, day = (own.day.store_id, own.currency), own.day
            known = self._known.get(key)
            if known is None or known.business_date != day.today:
                known = StorePace(day.store_id, day.region, own.currency, day.today, 0, None, 0, {})
            found[key] = self._at(known, sum(own.today.values()), now)
        return found

    def _at(self, pace: StorePace, sold: int, now: datetime) -> StorePace:
        if pace.closed:
            return pace._replace(actual=sold, projection=Projection(sold, 0, sold, sold, sold))
        if pace.typical is None:
            return pace._replace(actual=sold)
        second = _second(pace.business_date, now, self._calendar, pace.store_id)
        share, total = pace.typical.share(second), pace.typical.total
        return pace._replace(actual=sold, projection=project(sold, share, total, pace.past))

    async def _up_to_date(self, now: datetime) -> None:
        quarter = int(now.timestamp()) // QUARTER
        if quarter == self._quarter:
            return
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._read(now, quarter), name="pacing")
        if self._quarter < 0:
            await asyncio.shield(self._running)

    async def _read(self, now: datetime, quarter: int) -> None:
        try:
            self._known = await asyncio.to_thread(self._paces, now)
        except Exception:
            if self._quarter < 0:
                raise
            _log.exception("The past could not be read; what was known of it is still used.")
        self._quarter = quarter
        self.version += 1

    def _paces(self, now: datetime) -> dict[Key, StorePace]:
        today = now.astimezone(UTC).date()
        amounts = quarter_amounts(self._store, "net", today - _BACK, today + timedelta(days=1))
        return {(p.store_id, p.currency): p for p in store_paces(amounts, self._calendar, now)}


def _second(day: date, now: datetime, calendar: Calendar, store_id: str) -> int:
    wall = wall_time(now, calendar.store(store_id).days)
    return int((wall - datetime.combine(day, datetime.min.time())).total_seconds())

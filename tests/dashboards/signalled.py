"""Weeks of simulated signals of two shops, counted by the real ledger and written by the real rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from daybook.ledger.arrivals import Record
from daybook.ledger.calendar import Calendar
from daybook.ledger.positions import version
from daybook.ledger.signals.state import SignalLedger
from daybook.producers.simulator import simulated_stores
from daybook.producers.simulator.shops import SHOPS, Shop
from daybook.producers.simulator.signals.quarters import quarter_signals
from daybook.producers.simulator.signals.revenue import revenue_of_day
from daybook.sinks.signal_rows import SIGNAL_TABLES
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store, transposed
from tests.dashboards.month import NOW

CALENDAR: Final = Calendar(simulated_stores().stores)
TWO: Final = tuple(shop for shop in SHOPS if shop.store_id in {"web", "quayside"})
"""Both in London and with midnight as their cutoff."""
ZONE: Final = ZoneInfo("Europe/London")
BACKS: Final = (0, 7, 14, 21, 28)
_EPOCH: Final = 3_600_000


def signals(now: datetime = NOW) -> list[dict[str, Any]]:
    """Today up to now and four like days, and deals and subscribers of ninety days; by time, each once."""
    found = [signal for shop in TWO for signal in _of(shop, now)]
    return sorted(found, key=lambda signal: (str(signal["time"]), str(signal["event_id"])))


def _of(shop: Shop, now: datetime) -> Iterator[dict[str, Any]]:
    for back in BACKS:
        midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        began = (midnight.replace(tzinfo=None) - timedelta(days=back)).replace(tzinfo=ZONE).astimezone(UTC)
        for quarter in range(96):
            for _, signal in quarter_signals(3, shop, began + quarter * timedelta(minutes=15), rate=0.3):
                if datetime.fromisoformat(signal["time"]) < now:
                    yield signal
    for days in range(90):
        for _, signal in revenue_of_day(3, shop, (now - timedelta(days=days)).date()):
            if datetime.fromisoformat(signal["time"]) < now:
                yield signal


def write(
    store: Store, told: list[dict[str, Any]], now: datetime = NOW, calendar: Calendar = CALENDAR
) -> None:
    """Count all of it and write what the sink would."""
    ledger = SignalLedger(0, _EPOCH, calendar)
    at = int(now.timestamp() * 1000)
    records = [Record(place, at, orjson.dumps(signal)) for place, signal in enumerate(told)]
    ledger.fold(records)
    assert (ledger.position.dead, ledger.position.counted) == (0, len(told))
    taken = ledger.take_checkpoint()
    states = [StateRecord(0, 0, version(_EPOCH, len(told)), at, key, value) for key, value in taken.totals]
    for topic in SIGNAL_TABLES:
        if topic.table == "signal_totals":
            for table in (topic, *topic.also):
                rows = [row for state in states for row in table.rows(state)]
                store.insert(table.table, transposed(table.columns, rows))


def share(part: float, whole: float) -> float | None:
    """A part of a whole; None of nothing."""
    return part / whole if whole else None


def nps(given: list[int]) -> float | None:
    """Reichheld's score of at least five answers."""
    if len(given) < 5:
        return None
    return 100 * (sum(s > 8 for s in given) - sum(s < 7 for s in given)) / len(given)

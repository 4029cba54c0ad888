"""Signals as tests write them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from daybook.ledger.arrivals import Record
from daybook.ledger.calendar import Calendar
from daybook.ledger.signals.state import SignalLedger
from daybook.ledger.signals.totals import TotalName, merged
from daybook.schemas.stores import DayRule, StoreEntry

CALENDAR: Final = Calendar(
    [
        StoreEntry(store_id="web", region="north", days=[DayRule(zone="Europe/London")]),
        StoreEntry(store_id="quay", region="south", days=[DayRule(zone="Asia/Tokyo", cutoff="04:00")]),
    ]
)
START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
EPOCH: Final = 7


def told(kind: str, number: int, minutes: float = 0, /, **fields: Any) -> bytes:
    """A signal as JSON, so many minutes after the start."""
    body = {
        "schema_version": "1.0",
        "type": kind,
        "source": "shop",
        "event_id": str(number),
        "time": (START + timedelta(minutes=minutes)).isoformat(),
        "subject_id": "s-1",
        "store_id": "web",
    }
    return orjson.dumps(body | fields)


def records(values: list[bytes], first: int = 0, minutes: float = 0) -> list[Record]:
    """Records as the log keeps them, all recorded at one moment after the start."""
    at = int((START + timedelta(minutes=minutes)).timestamp() * 1000)
    return [Record(first + place, at, value) for place, value in enumerate(values)]


def counted(values: list[bytes], minutes: float = 60) -> SignalLedger:
    """A ledger that has counted these signals."""
    ledger = SignalLedger(0, EPOCH, CALENDAR)
    ledger.fold(records(values, minutes=minutes))
    return ledger


def totals(ledger: SignalLedger) -> dict[TotalName, dict[str, int]]:
    """All its totals that are not zero."""
    return merged([ledger.totals])


def whole(ledger: SignalLedger, store: str = "web", currency: str | None = None) -> dict[str, int]:
    """A store's measures over all days."""
    found: dict[str, int] = {}
    for name, measures in totals(ledger).items():
        if name.dimension == "store" and name.key == store and currency in (None, name.currency):
            for measure, value in measures.items():
                found[measure] = found.get(measure, 0) + value
    return {measure: value for measure, value in found.items() if value}


def over_days(ledger: SignalLedger, dimension: str, measure: str) -> dict[str, int]:
    """A measure by the keys of a dimension, over all days; only what is not zero."""
    found: Counter[str] = Counter()
    for name, measures in totals(ledger).items():
        if name.dimension == dimension:
            found[name.key] += measures.get(measure, 0)
    return {key: value for key, value in found.items() if value}


def subscription(number: int, who: str, minutes: float, amount: int, **more: Any) -> bytes:
    """The state of a subscription of somebody, so many minutes after the start."""
    fields = {
        "subject_id": who,
        "subscription_id": f"{who}-a",
        "version": number,
        "change": "started",
        "state": "active",
        "currency": "USD",
        "amount": amount,
    }
    return told("subscription.changed", number, minutes, **(fields | more))

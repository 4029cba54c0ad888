"""A shortfall to watch: one of the simulated shops, whose tills are down when the demo starts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from daybook.producers.simulator.shops import SHOPS, Shop
from daybook.producers.simulator.signals import Cause, PlantedCause
from daybook.producers.simulator.stream import SimulatedRecord

_BEFORE: Final = timedelta(minutes=75)
"""For so long before the start, so that the last full hour is without sales."""
_AFTER: Final = timedelta(minutes=10)


class Plant(NamedTuple):
    """A store that publishes nothing from one instant until another."""

    store_id: str
    first: datetime
    last: datetime

    def holds_back(self, record: SimulatedRecord) -> bool:
        """Whether a record is one of the sales that are missing."""
        return self.first <= record.at < self.last and _said(record).get("store_id") == self.store_id

    def silences(self, record: SimulatedRecord) -> bool:
        """Whether a record is a sign of life of one of the tills that are down."""
        if not self.first <= record.at < self.last:
            return False
        said = _said(record)
        return said.get("type") == "terminal.heartbeat" and said.get("store_id") == self.store_id

    @property
    def cause(self) -> PlantedCause:
        """The same to the simulator of signals: its first till says that it has lost power."""
        return PlantedCause(Cause.TILL, self.store_id, self.first, self.last)


def _said(record: SimulatedRecord) -> dict[str, Any]:
    try:
        said = orjson.loads(record.value)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def plant_at(now: datetime) -> Plant:
    """The shop that is busiest around an instant, from before it until after it."""
    busiest = max((shop for shop in SHOPS if not shop.online), key=lambda shop: _sales(shop, now))
    if not _sales(busiest, now):
        busiest = next(shop for shop in SHOPS if shop.online)
    return Plant(busiest.store_id, now - _BEFORE, now + _AFTER)


def _sales(shop: Shop, now: datetime) -> float:
    """What is usual in the least busy of the hours that matter."""
    zone = ZoneInfo(shop.zone)
    return min(shop.hours[(now + timedelta(hours=h)).astimezone(zone).hour] for h in (-2, -1, 0, 1))

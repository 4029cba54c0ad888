"""Each store's own today and yesterday, and what "the same time yesterday" is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daybook.ledger.calendar import QUARTER, business_date, day_start, rule_on
from daybook.schemas.rounding import divide
from daybook.schemas.stores import StoreEntry

DAY = timedelta(days=1)


class StoreDay(NamedTuple):
    """Where a store stands at one instant. Instants are epoch seconds."""

    store_id: str
    name: str
    region: str | None
    zone: str
    today: date
    yesterday: date
    now: int
    start: int
    """Begin of today's business day."""
    end: int
    """Begin of tomorrow's."""
    same_time: int
    """The instant at which the store's wall clock showed yesterday what it shows now."""


def store_day(store: StoreEntry, now: datetime) -> StoreDay:
    """A store's business day at an instant, which must be aware."""
    today = business_date(now, store.days)
    zone = rule_on(today, store.days).zone
    return StoreDay(
        store_id=store.store_id,
        name=store.name or store.store_id,
        region=store.region,
        zone=zone,
        today=today,
        yesterday=today - DAY,
        now=int(now.timestamp()),
        start=day_start(today, store.days),
        end=day_start(today + DAY, store.days),
        same_time=moved(int(now.timestamp()), -DAY, zone),
    )


def moved(instant: int, by: timedelta, zone: str) -> int:
    """The instant at which a zone's wall clock shows the time of ``instant`` moved by whole days."""
    wall = datetime.fromtimestamp(instant, ZoneInfo(zone))
    return int((wall + by).timestamp())


def until(quarters: Mapping[int, int], instant: int) -> int:
    """The sum of quarter hours up to an instant; the running one counts by its share that has passed."""
    total = 0
    for start, amount in quarters.items():
        passed = min(max(instant - start, 0), QUARTER)
        total += amount if passed == QUARTER else divide(amount * passed, QUARTER)
    return total

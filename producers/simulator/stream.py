"""The stream of records that all shops together publish.

Every store's every hour has a generator of chance of its own, so what is published in a stretch of time does
not depend on when the simulation began: a run that starts again goes on with the same events, ids included.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from daybook.producers.records import OutgoingRecord
from daybook.producers.simulator.damage import damage
from daybook.producers.simulator.shops import SHOPS, Shop
from daybook.producers.simulator.tickets import Ticket, tickets

_HOUR: Final = timedelta(hours=1)
_LOOK_BACK: Final = timedelta(hours=28)
"""How long after a sale its last follow-up can be published: a refund a day later, from a till offline."""

WEEKDAYS: Final = (0.85, 0.85, 0.9, 0.95, 1.15, 1.35, 0.8)
"""How busy each weekday is beside an ordinary day, from Monday on."""


class SimulatedRecord(NamedTuple):
    """A record, when it is published (UTC), and what it shows: sale, repeat, late, damaged:<reason> ..."""

    at: datetime
    key: bytes
    value: bytes
    note: str

    @property
    def outgoing(self) -> OutgoingRecord:
        """The record as a publisher takes it."""
        return OutgoingRecord(self.key, self.value)


def simulate(
    seed: int, start: datetime, end: datetime | None = None, *, rate: float = 1.0
) -> Iterator[SimulatedRecord]:
    """Records published from ``start`` until before ``end`` (without: for ever), by time.

    The same seed and rate give the same bytes. At rate 1 all shops together publish about 300 records an
    hour, at rate 10 nearly one a second. To compare with yesterday, start two days before now.

    Raises:
        ValueError: a time without zone, or a rate that is not above zero.
    """
    if start.tzinfo is None or (end is not None and end.tzinfo is None):
        raise ValueError("start and end must carry a zone")
    if rate <= 0:
        raise ValueError("rate must be above zero")
    return _merged(seed, start.astimezone(UTC), end, rate)


def _merged(seed: int, start: datetime, end: datetime | None, rate: float) -> Iterator[SimulatedRecord]:
    hour = (start - _LOOK_BACK).replace(minute=0, second=0, microsecond=0)
    waiting: list[tuple[datetime, int, SimulatedRecord]] = []
    serial = count()
    while end is None or hour < end:
        for shop in SHOPS:
            for record in _hour_of(seed, shop, hour, rate):
                if record.at >= start:
                    heapq.heappush(waiting, (record.at, next(serial), record))
        hour += _HOUR
        while waiting and waiting[0][0] < hour:
            record = heapq.heappop(waiting)[2]
            if end is not None and record.at >= end:
                return
            yield record


def _hour_of(seed: int, shop: Shop, hour: datetime, rate: float) -> Iterator[SimulatedRecord]:
    """All that the sales of one store's hour cause, now or later."""
    rng = Random(f"{seed}|{shop.store_id}|{hour.isoformat()}")  # noqa: S311 - shops, not secrets
    zone = ZoneInfo(shop.zone)
    local = hour.astimezone(zone)
    expected = shop.hours[local.hour] * day_mood(seed, shop, local.date()) * rate
    for index in range(int(expected) + (rng.random() < expected % 1)):
        occurred = hour + timedelta(milliseconds=rng.randrange(3_600_000))
        number = f"{shop.store_id}-{hour:%y%m%d%H}-{index:04d}"
        for ticket in tickets(rng, shop, number, occurred, occurred.astimezone(zone)):
            yield from _published(rng, ticket)


def day_mood(seed: int, shop: Shop, day: date) -> float:
    """How busy a day is beside an ordinary one: its weekday, and chance."""
    rng = Random(f"{seed}|{shop.store_id}|{day.isoformat()}")  # noqa: S311 - shops, not secrets
    return WEEKDAYS[day.weekday()] * rng.uniform(0.85, 1.2)


def _published(rng: Random, ticket: Ticket) -> Iterator[SimulatedRecord]:
    """A ticket's way to the log: mostly at once, sometimes late, twice, or with a damaged one before it."""
    key = str(ticket.event["order_id"]).encode()
    value = orjson.dumps(ticket.event)
    at, note = ticket.occurred + timedelta(milliseconds=rng.randrange(80, 900)), ticket.note
    chance = rng.random()
    if chance < 0.02:
        at, note = at + timedelta(minutes=rng.randrange(2, 90)), "late"  # a till without a network
    elif chance < 0.07:
        at, note = at + timedelta(seconds=rng.randrange(3, 40)), "out_of_order"
    yield SimulatedRecord(at, key, value, note)
    if rng.random() < 0.01:
        yield SimulatedRecord(at + timedelta(seconds=rng.randrange(1, 120)), key, value, "repeat")
    if rng.random() < 0.002:
        bad = damage(rng, ticket.event)
        yield SimulatedRecord(at, key, bad.value, f"damaged:{bad.reason}")

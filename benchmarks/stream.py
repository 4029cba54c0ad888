"""The stream that every contender counts: made-up sales with repeats, and some that nobody may count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple
from zlib import crc32

from benchmarks.events import DAY, events, order_id, stores_file
from daybook.schemas.stores import StoresFile

REPEATS: Final = 0.03
DAMAGED_EVERY: Final = 200
"""One event in so many is damaged, each time in another way."""
PARTITIONS: Final = 4


class Shops(NamedTuple):
    """How many stores, products and sellers the sales spread over."""

    stores: int = 20
    products: int = 500
    staff: int = 100


class Sent(NamedTuple):
    """A record as it is published."""

    partition: int
    key: bytes
    value: bytes


def stream(count: int, shops: Shops = Shops(), *, seed: int = 1) -> list[Sent]:  # noqa: B008 - immutable
    """``count`` records; the same arguments give the same bytes."""
    records = []
    for number, event in enumerate(events(count, **shops._asdict(), seed=seed, repeats=REPEATS)):
        key = order_id(event)
        value = damaged(event, number) if number % DAMAGED_EVERY == DAMAGED_EVERY - 1 else event
        records.append(Sent(crc32(key) % PARTITIONS, key, value))
    return records


def damaged(event: bytes, number: int) -> bytes:
    """An event that is not valid any more, or of a store that is not known."""
    ways = (
        lambda: event[:-20],
        lambda: event.replace(b'"charged":', b'"charged":1'),
        lambda: event.replace(b'"currency":"GBP"', b'"currency":"GB"'),
        # With an id of its own: a repeat is a repeat wherever it says that it comes from.
        lambda: event.replace(b'"store_id":"', b'"store_id":"closed-').replace(
            b'"event_id":"', b'"event_id":"c'
        ),
    )
    return ways[number // DAMAGED_EVERY % len(ways)]()


def stores_of(shops: Shops) -> StoresFile:
    """The stores file that goes with a stream."""
    return stores_file(shops.stores)


def occurrences(records: Sequence[Sent]) -> list[list[Sent]]:
    """The records split so that no list holds the same bytes twice: first those seen first, and so on."""
    times: dict[bytes, int] = {}
    layers: list[list[Sent]] = []
    for record in records:
        time = times[record.value] = times.get(record.value, -1) + 1
        if time == len(layers):
            layers.append([])
        layers[time].append(record)
    return layers


def days(records: Sequence[Sent], count: int) -> list[Sent]:
    """The same records spread over so many business dates, one after another, the last of them ``DAY``."""
    each = -(-len(records) // count)
    last = date.fromisoformat(DAY)
    names = [(last - timedelta(days=count - 1 - number)).isoformat().encode() for number in range(count)]
    today = DAY.encode()
    return [
        record._replace(value=record.value.replace(today, names[number // each]))
        for number, record in enumerate(records)
    ]

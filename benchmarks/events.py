"""Made-up sales for all benchmarks: the same seed gives the same bytes.

They look like those of the simulated shops: 400 to 500 bytes on average, one to three lines, tax
inside, one seller, all on one business date. They are past sales: no clock takes them for future ones.
"""

from __future__ import annotations

import random
from typing import Any, Final

import orjson

from daybook.ledger.calendar import Calendar
from daybook.schemas.stores import DayRule, StoreEntry, StoresFile

REGIONS: Final = ("London", "Midlands", "North", "Scotland")
CATEGORIES: Final = 12
DAY: Final = "2025-11-28"
"""A Friday before Christmas: the business date of all sales."""
_LINES: Final = (1, 1, 1, 1, 1, 2, 2, 2, 3, 3)
_CHANNELS: Final = ("pos", "pos", "pos", "ecommerce", "phone")


def events(
    count: int,
    *,
    stores: int = 20,
    products: int = 500,
    staff: int = 100,
    seed: int = 1,
    repeats: float = 0.01,
) -> list[bytes]:
    """``count`` events as they are published.

    Args:
        count: how many, repeats among them.
        stores: how many stores they come from, as in ``stores_file``.
        products: how many products there are.
        staff: how many sellers there are.
        seed: the same seed gives the same bytes.
        repeats: the share of events that are one of the last hundred once more, to the byte.
    """
    chance = random.Random(seed)  # noqa: S311 - made-up sales
    made: list[bytes] = []
    for number in range(count):
        if made and chance.random() < repeats:
            made.append(made[-1 - chance.randrange(min(100, len(made)))])
        else:
            made.append(orjson.dumps(_sale(chance, number, stores, products, staff)))
    return made


def stores_file(stores: int = 20) -> StoresFile:
    """The stores of the sales, each in a region."""
    days = [DayRule(zone="Europe/London")]
    return StoresFile(
        stores=[
            StoreEntry(store_id=f"store-{number}", region=REGIONS[number % len(REGIONS)], days=days)
            for number in range(stores)
        ]
    )


def calendar(stores: int = 20) -> Calendar:
    """The same stores' business days."""
    return Calendar(stores_file(stores).stores)


def order_id(event: bytes) -> bytes:
    """The order that an event of ours is about, its record's key."""
    start = event.index(b'"order_id":"') + len(b'"order_id":"')
    return event[start : event.index(b'"', start)]


def _sale(chance: random.Random, number: int, stores: int, products: int, staff: int) -> dict[str, Any]:
    store = chance.randrange(stores)
    lines = [_line(chance, products) for _ in range(chance.choice(_LINES))]
    hour, minute, second = chance.randint(8, 18), chance.randrange(60), chance.randrange(60)
    return {
        "schema_version": "1.0",
        "type": "sale.completed",
        "source": f"till-{chance.randint(1, 4)}.store-{store}",
        "event_id": f"{number:08}",
        "time": f"{DAY}T{hour:02}:{minute:02}:{second:02}.000+00:00",
        "order_id": f"order-{number:08}",
        "store_id": f"store-{store}",
        "channel": chance.choice(_CHANNELS),
        "currency": "GBP",
        "staff": [{"staff_id": f"staff-{chance.randrange(staff)}"}],
        "lines": lines,
        "charged": sum(line["amount"] - line.get("discount", 0) for line in lines),
    }


def _line(chance: random.Random, products: int) -> dict[str, Any]:
    product = chance.randrange(products)
    quantity = chance.choice((1, 1, 1, 1, 1, 2, 2, 3))
    amount = quantity * chance.randint(100, 5000)
    line: dict[str, Any] = {
        "product_id": f"sku-{product}",
        "category": f"Category {product % CATEGORIES}",
        "quantity": quantity,
        "unit_price": amount // quantity,
        "amount": amount,
    }
    discount = amount // 10 if chance.random() < 0.12 else 0
    if discount:
        line["discount"] = discount
    return line | {"tax": (amount - discount + 3) // 6, "tax_included": True}

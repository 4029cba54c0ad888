"""A past that is quickly told: a few sales for each store's quarter hour, of as much as usually goes then.

Rules compare with weeks, and to simulate every ticket of them would take minutes. Amounts are those that
the simulated shops bring on average; orders are fewer and larger than they would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from daybook.producers.records import OutgoingRecord
from daybook.producers.simulator.buyers import CAMPAIGNS, buyer
from daybook.producers.simulator.shops import SHOPS, Shop
from daybook.producers.simulator.stream import WEEKDAYS, SimulatedRecord, simulate

_QUARTER: Final = timedelta(minutes=15)
_QUARTERS_OF_A_DAY: Final = 96
_SAMPLE: Final = datetime(2026, 1, 5, tzinfo=UTC)


def plain_days(
    seed: int, now: datetime, back: Iterable[int], rate: float, *, until: datetime | None = None
) -> Iterator[OutgoingRecord]:
    """A sale (on the web two) for each store's quarter hour, on business dates so many days before its own.

    Days are told whole: part of one, taken for a day like others, would make all others unusual.

    Args:
        seed: the same gives the same bytes.
        now: an aware instant, at which each store is at a date of its own.
        back: days before that date, in the order in which they are told.
        rate: as for the simulated shops.
        until: sales of this instant and later are left out.
    """
    worth = _worth_of_a_sale(seed)
    for days in back:
        dates = {shop.store_id: shop.business_date(now) - timedelta(days=days) for shop in SHOPS}
        began = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=days + 1)
        for _ in range(3 * _QUARTERS_OF_A_DAY):
            if until is None or began < until:
                for shop in SHOPS:
                    if shop.business_date(began) == dates[shop.store_id]:
                        amount = _amount(seed, shop, began, rate, worth.get(shop.store_id, 0))
                        if amount > 0:
                            yield from _sales(seed, shop, began, amount)
            began += _QUARTER


def _amount(seed: int, shop: Shop, began: datetime, rate: float, worth: int) -> int:
    local = began.astimezone(ZoneInfo(shop.zone))
    rng = Random(f"{seed}|past|{shop.store_id}|{began.isoformat()}")  # noqa: S311 - shops, not secrets
    sales = shop.hours[local.hour] / 4 * rate * _day_mood(seed, shop.store_id, local.date())
    return int(sales * worth * rng.uniform(0.85, 1.15))


def _day_mood(seed: int, store_id: str, day: date) -> float:
    chance = Random(f"{seed}|past|{store_id}|{day}")  # noqa: S311 - as above
    return WEEKDAYS[day.weekday()] * chance.uniform(0.95, 1.05)


@lru_cache(maxsize=8)
def _worth_of_a_sale(seed: int) -> dict[str, int]:
    """What a sale of each store is worth on average, net of tax, from a day of few."""
    sums: dict[str, list[int]] = {}
    for record in simulate(seed, _SAMPLE, _SAMPLE + timedelta(hours=24), rate=0.05):
        event = _event(record)
        if event.get("type") == "sale.completed":
            lines = event["lines"]
            net = sum(
                line["amount"]
                - line.get("discount", 0)
                - (line.get("tax", 0) if line.get("tax_included") else 0)
                for line in lines
                if isinstance(line.get("amount"), int)
            )
            sums.setdefault(event["store_id"], []).append(net)
    return {store: sum(found) // len(found) for store, found in sums.items()}


def _event(record: SimulatedRecord) -> dict[str, Any]:
    try:
        event = orjson.loads(record.value)
    except ValueError:
        return {}
    return event if isinstance(event, dict) and not record.note.startswith("damaged") else {}


def _sales(seed: int, shop: Shop, began: datetime, amount: int) -> Iterator[OutgoingRecord]:
    """The quarter hour's sale; on the web a fifth of it comes from a campaign, and customers are known."""
    if not shop.online:
        yield _sale(shop, began, amount, "", {})
        return
    chance = Random(f"{seed}|past|buyers|{shop.store_id}|{began.isoformat()}")  # noqa: S311 - as above
    parts = {"": amount - amount // 5, CAMPAIGNS[chance.randrange(len(CAMPAIGNS))]: amount // 5}
    for campaign, part in parts.items():
        if part > 0:
            known = {"customer": buyer(shop.store_id, chance.getrandbits(128))}
            known |= {"campaign": campaign} if campaign else {}
            yield _sale(shop, began, part, "-c" if campaign else "", known)


def _sale(shop: Shop, began: datetime, amount: int, suffix: str, known: dict[str, str]) -> OutgoingRecord:
    place = int(began.timestamp()) // 900
    product = shop.products[place % len(shop.products)]
    order = f"past-{shop.store_id}-{began:%y%m%d%H%M}{suffix}"
    event = {
        "schema_version": "1.0",
        "type": "sale.completed",
        "source": "shops/past",
        "event_id": order,
        "time": (began + _QUARTER / 2).isoformat(),
        "order_id": order,
        "store_id": shop.store_id,
        "region": shop.region,
        "channel": "ecommerce" if shop.online else "pos",
        **({} if shop.online else {"till_id": f"till-{1 + place % shop.tills}"}),
        "currency": shop.currency,
        "staff": [{"staff_id": shop.staff[int(began.timestamp()) // 900 % len(shop.staff)]}]
        if shop.staff
        else [],
        "lines": [
            {
                "product_id": product.sku,
                "name": product.name,
                "category": product.category,
                "unit_price": amount,
                "amount": amount,
            }
        ],
        "charged": amount,
        **known,
    }
    return OutgoingRecord(order.encode(), orjson.dumps(event))

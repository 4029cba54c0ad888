"""Causes of a shortfall that can be planted: what each takes from sales, and in which signals it shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from zlib import crc32

import orjson

from daybook.producers.simulator.shops import SHOPS, Shop
from daybook.producers.simulator.stream import SimulatedRecord

MAIN_GATEWAY: Final = {True: "paybridge", False: "cardline"}
"""Through whom most payments go, by whether a shop is online."""
_SHARES: Final = 10_000
_BY_ID: Final = {shop.store_id: shop for shop in SHOPS}


class Cause(StrEnum):
    """What went wrong. Each shows itself in signals of its own."""

    PAYMENT_GATEWAY = "payment_gateway"
    TILL = "till"
    PROMOTION = "promotion"
    STOCK_OUT = "stock_out"
    REVIEWS = "reviews"


_LOST: Final = {
    Cause.PAYMENT_GATEWAY: 0.6,
    Cause.TILL: 1.0,
    Cause.PROMOTION: 0.4,
    Cause.STOCK_OUT: 1.0,
    Cause.REVIEWS: 0.35,
}
"""The share of the sales that a cause touches which are not made. A till or a product touches its own."""


class PlantedCause(NamedTuple):
    """A cause at one store, from one instant until before another (aware)."""

    cause: Cause
    store_id: str
    first: datetime
    last: datetime
    lost: float | None = None
    """The share of the touched sales that are not made, 0 to 1; the cause's own if left out."""
    what: str = ""
    """The gateway, till or product; the store's main one if left out."""

    def holds(self, shop: Shop, at: datetime) -> bool:
        """Whether it is at work at a store at an instant."""
        return shop.store_id == self.store_id and self.first <= at < self.last

    @property
    def share(self) -> float:
        """The share of the touched sales that are not made."""
        return _LOST[self.cause] if self.lost is None else self.lost


def subject_of(planted: PlantedCause, shop: Shop) -> str:
    """The gateway, till or product that is meant; empty where the cause has none."""
    if planted.what:
        return planted.what
    if planted.cause is Cause.PAYMENT_GATEWAY:
        return MAIN_GATEWAY[shop.online]
    if planted.cause is Cause.TILL:
        return "till-1"
    if planted.cause is Cause.STOCK_OUT:
        return shop.products[0].sku
    return ""


def loses(planted: PlantedCause, shop: Shop, event: dict[str, Any], at: datetime) -> bool:
    """Whether a sale that would be made at an instant is not, because of a cause.

    The same sale is lost each time it is asked: it goes by the order's id. Whatever follows such a sale
    (a refund, a later version) is lost with it only if it falls into the same stretch of time.
    """
    if not planted.holds(shop, at) or event.get("store_id") != shop.store_id:
        return False
    if planted.cause is Cause.TILL and event.get("till_id") != subject_of(planted, shop):
        return False
    if planted.cause is Cause.STOCK_OUT and not _has(event, subject_of(planted, shop)):
        return False
    chance = crc32(f"{planted.cause}|{event.get('order_id')}".encode()) % _SHARES
    return chance < planted.share * _SHARES


def _has(event: dict[str, Any], product: str) -> bool:
    lines = event.get("lines")
    return isinstance(lines, list) and any(
        isinstance(line, dict) and line.get("product_id") == product for line in lines
    )


def lost(planted: Sequence[PlantedCause], record: SimulatedRecord) -> bool:
    """Whether a record of ``simulate`` is not sent, because of causes at the time at which it would be."""
    if not any(one.first <= record.at < one.last for one in planted):
        return False
    try:
        event = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        return False
    shop = _BY_ID.get(str(event.get("store_id"))) if isinstance(event, dict) else None
    return shop is not None and any(loses(one, shop, event, record.at) for one in planted)

"""The simulated web shop's orders, apart from how any system writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from daybook.producers.simulator.stream import simulate

STORE_ID: Final = "web"
_KINDS: Final = frozenset({"product", "shipping"})


class Item(NamedTuple):
    """A line: goods, or shipping without a ``sku``. Minor units; the tax is inside the price."""

    sku: str | None
    name: str
    price: int
    quantity: int
    discount: int
    tax: int

    @property
    def paid(self) -> int:
        """What is charged for the line."""
        return self.price * self.quantity - self.discount


class Refund(NamedTuple):
    """Whole lines that came back."""

    at: datetime
    items: tuple[Item, ...]

    @property
    def paid(self) -> int:
        """What is given back."""
        return sum(item.paid for item in self.items)


class WebOrder(NamedTuple):
    """An order and perhaps its refund."""

    number: int
    placed_at: datetime
    currency: str
    items: tuple[Item, ...]
    refund: Refund | None

    @property
    def charged(self) -> int:
        """What the customer pays."""
        return sum(item.paid for item in self.items)


def web_orders(seed: int, start: datetime, end: datetime, *, rate: float = 1.0) -> Iterator[WebOrder]:
    """The plain orders of goods and shipping that the web shop takes between two aware times."""
    sales: dict[str, dict[str, Any]] = {}
    refunds: dict[str, dict[str, Any]] = {}
    for record in simulate(seed, start, end, rate=rate):
        if record.note not in ("sale", "refund"):
            continue
        event = orjson.loads(record.value)
        if event["store_id"] == STORE_ID:
            (sales if record.note == "sale" else refunds)[event["order_id"]] = event
    for order_id, sale in sales.items():
        if all(line.get("kind", "product") in _KINDS for line in sale["lines"]):
            yield _order(sale, refunds.get(order_id))


def _order(sale: dict[str, Any], refund: dict[str, Any] | None) -> WebOrder:
    items = tuple(_item(line) for line in sale["lines"])
    given_back = {line["product_id"] for line in (refund or {}).get("lines", ())}
    returned = tuple(item for item in items if item.sku in given_back)
    return WebOrder(
        # Foreign systems number their orders; the same order has the same number in every run.
        int.from_bytes(hashlib.sha256(sale["order_id"].encode()).digest()[:6]),
        datetime.fromisoformat(sale["time"]),
        sale["currency"],
        items,
        Refund(datetime.fromisoformat(refund["time"]), returned) if refund and returned else None,
    )


def _item(line: dict[str, Any]) -> Item:
    return Item(
        line.get("product_id"),
        line.get("name", "Shipping"),
        line["unit_price"],
        line.get("quantity", 1),
        line.get("discount", 0),
        line.get("tax", 0),
    )

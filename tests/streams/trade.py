"""Seeded sales with a known outcome: events as shops send them, and what they come to."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, MutableSequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

import orjson

STORES = {"leeds": "GBP", "lyon": "EUR", "osaka": "JPY"}
PRODUCTS = {"mug": "home", "pen": "office", "lamp": "home", "tea": "food"}
_KEPT: Final = 20_000
"""Sales and records to which later ones may refer: a run of a million events must fit into memory."""
_LATE_DAYS: Final = 6
T = TypeVar("T")


class Sent(NamedTuple):
    """A record to publish."""

    key: bytes
    value: bytes


class Sums(NamedTuple):
    """What a store's events come to in minor units, without any rule of the ledger."""

    gross: int
    discounts: int
    orders: int
    charged: int


class Trade:
    """Makes events. ``sums`` is what counts once everything published was counted once."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a repeatable run
        self._noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
        self._sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        self._orders: dict[str, tuple[int, str, Sums]] = {}
        self._order_ids: list[str] = []
        self._sales: list[dict[str, Any]] = []
        self._sent: list[Sent] = []
        self.repeats = 0
        self.damaged = 0
        self.late = 0
        """Sales that are published days after they were made."""
        self._number = 0

    @property
    def sums(self) -> dict[str, Sums]:
        """By store."""
        totals = {store: list(values) for store, values in self._sums.items()}
        for _, store, sums in self._orders.values():
            into = totals.setdefault(store, [0, 0, 0, 0])
            for place, value in enumerate(sums):
                into[place] += value
        return {store: Sums(*values) for store, values in totals.items()}

    def events(self, count: int) -> Iterator[Sent]:
        """The next ``count`` records."""
        kinds = [self._sale, self._refund, self._snapshot, self._repeat, self._damage]
        for make in self._random.choices(kinds, weights=[80, 6, 5, 7, 2], k=count):
            yield make()

    def _sale(self) -> Sent:
        event = self._envelope("sale.completed")
        lines = self._lines()
        event |= {"lines": lines, "charged": _charged(lines)}
        if self._random.random() < 0.3:
            event["staff"] = [{"staff_id": "ann", "share": 3}, {"staff_id": "bob", "share": 1}]
        self._add(event["store_id"], _sums(lines))
        self._keep(self._sales, event)
        return self._record(event)

    def _refund(self) -> Sent:
        if not self._sales:
            return self._sale()
        sale = self._random.choice(self._sales)
        line = sale["lines"][0]
        back = line["amount"] - line.get("discount", 0) + line["tax"]
        event = self._envelope("sale.refunded", sale["store_id"]) | {
            "order_id": sale["order_id"],
            # What is given back is stated with its tax, unlike the price that was asked.
            "lines": [
                {
                    "product_id": line["product_id"],
                    "category": line["category"],
                    "amount": back,
                    "tax": line["tax"],
                }
            ],
            "refunded": back,
        }
        self._add(event["store_id"], Sums(0, 0, 0, -back))
        return self._record(event)

    def _snapshot(self) -> Sent:
        if self._orders and self._random.random() < 0.6:
            order = self._random.choice(self._order_ids)
            newest, store, _ = self._orders[order]
            version = newest + self._random.choice([-1, 1, 2])
        else:
            order, version = f"web-{self._number}", 5
            self._order_ids.append(order)
            newest, store = 0, self._random.choice(sorted(STORES))
        event = self._envelope("order.snapshot", store)
        lines = self._lines()
        event |= {
            "order_id": order,
            "version": max(1, version),
            "placed_at": self._noon.isoformat(),
            "channel": "ecommerce",
            "lines": lines,
            "charged": _charged(lines),
        }
        if event["version"] > newest:
            self._orders[order] = (event["version"], store, _sums(lines))
        return self._record(event)

    def _repeat(self) -> Sent:
        if not self._sent:
            return self._sale()
        self.repeats += 1
        return self._random.choice(self._sent)

    def _damage(self) -> Sent:
        self.damaged += 1
        self._number += 1
        return Sent(b"damaged-%d" % self._number, b'{"type": "sale.completed", "lines": [' + b"\xff" * 5)

    def _envelope(self, kind: str, store: str | None = None) -> dict[str, Any]:
        self._number += 1
        store = store or self._random.choice(sorted(STORES))
        moment = self._noon + timedelta(seconds=self._random.randrange(-7200, 7200))
        if kind == "sale.completed" and self._random.random() < 0.03:
            self.late += 1
            moment -= timedelta(days=self._random.randint(1, _LATE_DAYS))
        return {
            "schema_version": "1.0",
            "type": kind,
            "source": f"till-{store}",
            "event_id": f"e-{self._number}",
            "time": moment.isoformat(),
            "order_id": f"o-{self._number}",
            "store_id": store,
            "channel": "pos",
            "currency": STORES[store],
        }

    def _lines(self) -> list[dict[str, Any]]:
        return [self._line() for _ in range(self._random.randint(1, 3))]

    def _line(self) -> dict[str, Any]:
        product = self._random.choice(sorted(PRODUCTS))
        amount = self._random.randint(100, 9999)
        line = {
            "product_id": product,
            "category": PRODUCTS[product],
            "unit_price": amount,
            "amount": amount,
            "tax": amount // 5,
        }
        if self._random.random() < 0.2:
            line["discount"] = amount // 10
        return line

    def _record(self, event: dict[str, Any]) -> Sent:
        sent = Sent(event["order_id"].encode(), orjson.dumps(event))
        self._keep(self._sent, sent)
        return sent

    def _keep(self, kept: MutableSequence[T], made: T) -> None:
        """Remember up to a limit, and from there on in the place of any other."""
        if len(kept) < _KEPT:
            kept.append(made)
        else:
            kept[self._random.randrange(_KEPT)] = made

    def _add(self, store: str, sums: Sums) -> None:
        for place, value in enumerate(sums):
            self._sums[store][place] += value


def _charged(lines: list[dict[str, Any]]) -> int:
    return sum(line["amount"] - line.get("discount", 0) + line["tax"] for line in lines)


def _sums(lines: list[dict[str, Any]]) -> Sums:
    discounts = -sum(line.get("discount", 0) for line in lines)
    return Sums(sum(line["amount"] for line in lines), discounts, 1, _charged(lines))

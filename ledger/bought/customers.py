"""Which order of a customer is their first: a function of all their orders that are known, in any order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple
from zlib import crc32

SHARDS: Final = 4096
_HASH_BYTES, _DAY_BYTES = 8, 4


class Order(NamedTuple):
    """An order: when it was placed (epoch seconds), and what it is known by."""

    at: int
    slot: str


class Customers:
    """Orders of days that are open one by one; of days that are closed only who ordered last on which."""

    def __init__(self) -> None:
        self._open: dict[str, set[Order]] = {}
        self._last: dict[int, dict[str, date]] = {}
        self._changed: set[int] = set()

    def first(self, customer: str) -> Order | None:
        """Their first order, if it lies on an open day."""
        orders = self._open.get(customer)
        return min(orders) if orders and customer not in self._shard(customer) else None

    def add(self, customer: str, order: Order) -> None:
        """They have ordered."""
        self._open.setdefault(customer, set()).add(order)

    def remove(self, customer: str, order: Order) -> None:
        """They have not: another state of the order says so."""
        orders = self._open[customer]
        orders.discard(order)
        if not orders:
            del self._open[customer]

    def close(self, customer: str, order: Order, day: date) -> None:
        """The day of an order is closed."""
        self.remove(customer, order)
        last = self._shard(customer)
        last[customer] = max(day, last.get(customer, day))
        self._changed.add(_number(customer))

    def forget_before(self, day: date) -> None:
        """Whoever ordered last before a day is new the next time."""
        for number, known in self._last.items():
            for customer in [who for who, last in known.items() if last < day]:
                del known[customer]
                self._changed.add(number)

    def changes(self) -> Iterator[tuple[int, bytes]]:
        """What has to be kept since this was asked last, by shard; an empty one is gone."""
        while self._changed:
            number = self._changed.pop()
            members = sorted(self._last.get(number, {}).items())
            yield (
                number,
                b"".join(
                    bytes.fromhex(who) + last.toordinal().to_bytes(_DAY_BYTES, "big") for who, last in members
                ),
            )

    def restore(self, value: bytes) -> None:
        """Know a shard as it was kept."""
        size = _HASH_BYTES + _DAY_BYTES
        for start in range(0, len(value), size):
            one = value[start : start + size]
            customer, last = one[:_HASH_BYTES].hex(), int.from_bytes(one[_HASH_BYTES:], "big")
            self._shard(customer)[customer] = date.fromordinal(last)

    def _shard(self, customer: str) -> dict[str, date]:
        return self._last.setdefault(_number(customer), {})


def _number(customer: str) -> int:
    return crc32(customer.encode()) % SHARDS

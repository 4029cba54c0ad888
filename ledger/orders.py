"""Orders that come as snapshots: the version last applied and the lines it left."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import orjson

from daybook.ledger.lines import LedgerLine

PREFIX: Final = b"order|"


class AppliedOrder(NamedTuple):
    """The newest version of an order, where it stood in the log, and the ledger lines it is counted by."""

    order_version: int
    position: int
    lines: list[LedgerLine]
    partition: int | None = None
    """On which that position is, if it is not the one that keeps this."""


def order_key(source: str, order_id: str) -> bytes:
    """The state key of an order."""
    return PREFIX + f"{source}|{order_id}".encode()


def order_id_of(key: bytes) -> str:
    """The order's own id in a state key; a source holds no bar."""
    return key.removeprefix(PREFIX).decode().partition("|")[2]


def encode_order(order: AppliedOrder) -> bytes:
    """An applied order as JSON."""
    body: list[object] = [order.order_version, order.position, [list(line) for line in order.lines]]
    # Only where it says something: a worker of the version before reads the shorter form alone.
    return orjson.dumps(body if order.partition is None else [*body, order.partition])


def decode_order(value: bytes) -> AppliedOrder:
    """An applied order from its JSON."""
    order_version, position, rows, *elsewhere = orjson.loads(value)
    lines = []
    for row in rows:
        row[2], row[3] = date.fromisoformat(row[2]), date.fromisoformat(row[3])
        row[15] = tuple(row[15])
        lines.append(LedgerLine(*row))
    return AppliedOrder(order_version, position, lines, *elsewhere)

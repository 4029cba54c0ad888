"""Events and records for the tests of the ledger, short to write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final

import orjson

from daybook.ledger.calendar import Calendar
from daybook.ledger.lines import ledger_lines
from daybook.ledger.measures import BASE, Figures, figures
from daybook.ledger.state import PartitionLedger, Record
from daybook.schemas.codec import decode_event
from daybook.schemas.events import SaleEvent
from daybook.schemas.stores import DayRule, StoreEntry

NOON: Final = "2026-11-24T12:00:00Z"
NOON_MS: Final = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)
EPOCH: Final = 100

CALENDAR: Final = Calendar(
    [
        StoreEntry(store_id="leeds", region="North", days=[DayRule(zone="Europe/London")]),
        StoreEntry(store_id="bar", region="South", days=[DayRule(zone="Europe/London", cutoff="04:00")]),
        StoreEntry(
            store_id="mover",
            days=[
                DayRule(zone="Europe/London"),
                DayRule(valid_from=date(2026, 7, 1), zone="America/New_York", cutoff="04:00"),
            ],
        ),
    ]
)


def line(amount: int, **more: Any) -> dict[str, Any]:
    """A product line of one piece."""
    return {"product_id": "mug", "category": "Kitchen", "unit_price": amount, "amount": amount, **more}


def owed(parts: list[dict[str, Any]]) -> int:
    """What lines charge."""
    return sum(
        p["amount"] - p.get("discount", 0) + (0 if p.get("tax_included") else p.get("tax", 0)) for p in parts
    )


def body(kind: str, number: str, **more: Any) -> dict[str, Any]:
    """The envelope of an event at noon."""
    return {
        "schema_version": "1.0", "type": kind, "source": "till-1", "event_id": number, "order_id": number,
        "time": NOON, "store_id": "leeds", "channel": "pos", "currency": "GBP", **more,
    }  # fmt: skip


def sale(number: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sale of lines."""
    return body("sale.completed", number, lines=list(parts), charged=owed(list(parts)), **more)


def refund(number: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A refund of lines."""
    return body("sale.refunded", number, lines=list(parts), refunded=sum(p["amount"] for p in parts), **more)


def snapshot(number: str, version: int, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A version of an order."""
    return body(
        "order.snapshot", f"{number}-v{version}", lines=list(parts), charged=owed(list(parts)),
        version=version, placed_at=NOON, **{"order_id": number, **more},
    )  # fmt: skip


def event(raw: dict[str, Any]) -> SaleEvent:
    """The decoded event."""
    return decode_event(orjson.dumps(raw))


def of(raw: dict[str, Any]) -> Figures:
    """The figures that an event adds up to, over all its lines."""
    vectors = [posted.measures for posted in ledger_lines(event(raw), CALENDAR)]
    sums = [sum(column) for column in zip(*vectors, strict=True)]
    return figures([*sums, *([0] * len(BASE))])


def records(raws: Iterable[dict[str, Any] | bytes], first: int = 0, at: int = NOON_MS) -> list[Record]:
    """Records of events, one after the other."""
    values = (raw if isinstance(raw, bytes) else orjson.dumps(raw) for raw in raws)
    return [Record(first + i, at, value) for i, value in enumerate(values)]


def ledger(raws: Iterable[dict[str, Any] | bytes] = (), *, at: int = NOON_MS) -> PartitionLedger:
    """A partition's ledger with events folded into it."""
    made = PartitionLedger(0, EPOCH, CALENDAR)
    made.fold(records(raws, at=at))
    return made


def nonzero(made: PartitionLedger) -> dict[tuple[str, ...], list[int]]:
    """All totals that are not zero throughout."""
    return {name: vector for name, vector in made.totals.items() if any(vector)}


def store_figures(made: PartitionLedger, day: str, key: str = "leeds", dimension: str = "store") -> Figures:
    """One total of the book of sales in pounds."""
    return figures(dict(made.totals.items())["sales", day, "GBP", dimension, key])

"""Sales made by hand, and the rows that the sink would have written for them, added up in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.measures import BASE, STORED
from daybook.schemas.alerts import Alert
from daybook.schemas.cases import Case
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.alert_rows import ALERTS
from daybook.sinks.case_rows import CASES
from daybook.sinks.clocks import write_clocks
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store

EPOCH = 3_600_000


@dataclass(frozen=True)
class Sold:
    """One event of one line."""

    store_id: str
    at: datetime
    product: str
    gross: int
    currency: str = "GBP"
    discounts: int = 0
    reversals: int = 0
    orders: int = 1
    units: int = 1
    returned_units: int = 0
    event_type: str = "sale.completed"
    channel: str = "pos"
    outcome: str = ""
    book: str = "sales"
    staff_id: str = ""
    campaign: str = ""
    customer: str = ""

    @property
    def net(self) -> int:
        """Net sales of the line, in minor units."""
        return self.gross + self.discounts + self.reversals


class Quarter(NamedTuple):
    """Net sales that a quarter hour, which begins at ``at``, brought to a store."""

    store_id: str
    at: datetime
    currency: str
    net: int


def at(text: str) -> datetime:
    """An instant in UTC, such as 2026-11-24 14:30."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shop(store_id: str, zone: str, cutoff: str = "00:00", name: str | None = None) -> StoreEntry:
    """A store of the stores file."""
    return StoreEntry(store_id=store_id, name=name, days=[DayRule(zone=zone, cutoff=cutoff)])


def write(store: Store, calendar: Calendar, sales: Sequence[Sold], *, first_offset: int = 0) -> None:
    """Write lines, outcomes, totals and positions for all ``sales`` so far, of which the last are new.

    Sales go to two partitions in turn. Lines and outcomes before ``first_offset`` are taken as written.
    """
    numbered = list(enumerate(sales))
    write_clocks(store, calendar.stores, 1)
    _insert(store, "lines", [_line(calendar, number, sold) for number, sold in numbered[first_offset:]])
    _insert(
        store,
        "outcomes",
        [_outcome(number, sold) for number, sold in numbered[first_offset:] if sold.outcome],
    )
    _insert(store, "totals", _totals(calendar, numbered))
    _insert(store, "positions", _positions(numbered))


def write_quarters(
    store: Store, calendar: Calendar, quarters: Iterable[Quarter], *, dimension: str = "store_quarter"
) -> None:
    """Write a past of which only what each quarter hour, or each store, brought is known."""
    zeros = dict.fromkeys(STORED, 0)
    rows = []
    for store_id, moment, currency, net in quarters:
        day, quarter = calendar.moment(store_id, moment)
        names = {"book": "sales", "business_date": day, "currency": currency, "dimension": dimension}
        name = f"{store_id}|{quarter}" if dimension == "store_quarter" else store_id
        key = {"key": name, "partition": 0, "version": EPOCH << 40}
        rows.append({**names, **key, **zeros, "gross": net})
    _insert(store, "totals", rows)


def write_alert(store: Store, alert: Alert) -> None:
    """Write an alert, by the sink's own rows."""
    value = alert.model_dump_json(exclude_none=True).encode()
    (row,) = ALERTS.rows(StateRecord(0, 0, alert.version, 0, alert.dedup_key.encode(), value))
    store.insert(ALERTS.table, {name: [cell] for name, cell in zip(ALERTS.columns, row, strict=True)})


def write_case(store: Store, case: Case) -> None:
    """Write a case, by the sink's own rows."""
    value = case.model_dump_json(exclude_none=True).encode()
    (row,) = CASES.rows(StateRecord(0, 0, case.version, 0, case.case_id.encode(), value))
    store.insert(CASES.table, {name: [cell] for name, cell in zip(CASES.columns, row, strict=True)})


def _place(number: int) -> dict[str, Any]:
    return {"epoch": EPOCH, "partition": number % 2, "offset": number}


def _measures(sold: Sold) -> dict[str, int]:
    given = {name: getattr(sold, name) for name in ("gross", "discounts", "reversals", "orders", "units")}
    return {**dict.fromkeys(BASE, 0), **given, "returned_units": sold.returned_units}


def _line(calendar: Calendar, number: int, sold: Sold) -> dict[str, Any]:
    day, quarter = calendar.moment(sold.store_id, sold.at)
    texts = ("till_id", "region", "revenue_stream", "staff_id", "category", "campaign", "customer", "kind")
    return {
        **_place(number),
        "line_no": 0,
        "book": sold.book,
        "business_date": day,
        "origin_date": day,
        "quarter": datetime.fromtimestamp(quarter, UTC),
        "occurred_at": sold.at,
        "recorded_at": sold.at,
        "source": "test",
        "event_id": str(number),
        "order_id": str(number),
        "type": sold.event_type,
        "store_id": sold.store_id,
        "channel": sold.channel,
        "product_id": sold.product,
        "product_name": sold.product.replace("-", " ").capitalize(),
        "currency": sold.currency,
        **dict.fromkeys(texts, ""),
        "staff_id": sold.staff_id,
        "campaign": sold.campaign,
        "customer": sold.customer,
        **_measures(sold),
        "product_orders": sold.orders,
        "category_orders": 0,
    }


def _outcome(number: int, sold: Sold) -> dict[str, Any]:
    return {**_place(number), "outcome": sold.outcome, "reason": "test"}


def _totals(calendar: Calendar, numbered: Iterable[tuple[int, Sold]]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, date, str, str, str, int], Counter[str]] = defaultdict(Counter)
    versions: dict[tuple[str, date, str, str, str, int], int] = {}
    for number, sold in numbered:
        if sold.outcome:
            continue
        day, quarter = calendar.moment(sold.store_id, sold.at)
        keys = {
            "store": sold.store_id,
            "store_quarter": f"{sold.store_id}|{quarter}",
            "product": sold.product,
            "channel": sold.channel,
        }
        if sold.staff_id:
            keys["staff"] = sold.staff_id
        for dimension, key in keys.items():
            bucket = (sold.book, day, sold.currency, dimension, key, number % 2)
            sums[bucket].update(_measures(sold))
            versions[bucket] = EPOCH << 40 | number
    names = ("book", "business_date", "currency", "dimension", "key", "partition")
    zeros = dict.fromkeys(STORED, 0)
    return [
        {**dict(zip(names, bucket, strict=True)), "version": versions[bucket], **zeros, **sums[bucket]}
        for bucket in sums
    ]


def _positions(numbered: Sequence[tuple[int, Sold]]) -> list[dict[str, Any]]:
    rows = []
    for partition in (0, 1):
        own = [(number, sold) for number, sold in numbered if number % 2 == partition]
        if not own:
            continue
        outcomes = Counter(sold.outcome for _, sold in own)
        last = own[-1][0]
        rows.append(
            {
                "partition": partition,
                "version": EPOCH << 40 | last + 1,
                "epoch": EPOCH,
                "next_offset": last + 1,
                "received": len(own),
                "counted": outcomes[""] + outcomes["replaced"],
                "duplicates": outcomes["duplicate"],
                "superseded": outcomes["superseded"],
                "dead": outcomes["dead"],
                "recorded_at": max(sold.at for _, sold in own),
            }
        )
    return rows


def _insert(store: Store, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        store.insert(table, {name: [row[name] for row in rows] for name in rows[0]})

"""A shop with weeks of signals and sales behind it, counted by the same ledgers as in earnest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from daybook.ledger.arrivals import Record
from daybook.ledger.calendar import Calendar
from daybook.ledger.cases.gathering import Witnesses
from daybook.ledger.measures import GROSS, ORDERS, WIDTH
from daybook.ledger.merged import MergedTotals
from daybook.ledger.messages import TotalsBucket
from daybook.ledger.signals.merged import MergedSignals
from daybook.ledger.signals.state import SignalLedger
from daybook.schemas.alerts import Dimension, Scope
from daybook.schemas.cases import Case, CaseKind
from daybook.schemas.opening import Closure
from daybook.schemas.stores import DayRule, StoreEntry

NOON: Final = datetime(2026, 3, 11, 12, tzinfo=UTC)
"""Of a Wednesday."""
WEEK: Final = timedelta(weeks=1)
LIKE: Final = [NOON - number * WEEK for number in range(1, 9)]
STORES: Final = [
    StoreEntry(store_id=name, region="North", days=[DayRule(zone="Europe/London")])
    for name in ("quay", "mill")
]
CALENDAR: Final = Calendar(STORES)
CLOSED: Final = Calendar(
    [STORES[0], STORES[1].model_copy(update={"closures": [Closure(first=NOON.date(), reason="stocktaking")]})]
)
QUAY: Final = Scope(dimension=Dimension.STORE, key="quay", currency="GBP", store="quay", region="North")
NORTH: Final = Scope(dimension=Dimension.REGION, key="North", currency="GBP", region="North")

Told = tuple[str, datetime, dict[str, Any]]
"""Kind, time and fields of a signal."""


def case(scope: Scope = QUAY, **more: Any) -> Case:
    """A case about the two hours before noon."""
    told: dict[str, Any] = {
        "case_id": "c-1",
        "version": 1,
        "kind": CaseKind.SHORTFALL,
        "title": "Quay is short",
        "scope": scope,
        "business_date": NOON.date(),
        "window_start": NOON - timedelta(hours=2),
        "window_end": NOON,
        "opened_at": NOON,
        "opened_by": "kim",
    }
    return Case(**(told | more))


def each_day(of: str, times: int, /, *, days: Iterable[datetime] = LIKE, **fields: Any) -> list[Told]:
    """So many signals within the hour before noon of each day."""
    step = 55 / max(times, 1)
    return [
        (of, day - timedelta(minutes=57 - step * number), fields) for day in days for number in range(times)
    ]


def today(of: str, times: int, /, **fields: Any) -> list[Told]:
    """The same today."""
    return each_day(of, times, days=[NOON], **fields)


def signals(*told: list[Told]) -> MergedSignals:
    """What a worker counts of signals, as the watcher sees it."""
    return seen_by(MergedSignals(), *told)


def seen_by(merged: MergedSignals, *told: list[Told], partition: int = 0) -> MergedSignals:
    """A view that has nothing of a partition yet, once the watcher has read what a worker counts of it."""
    ledger = SignalLedger(partition, 7, CALENDAR)
    every = sorted((one for part in told for one in part), key=lambda one: one[1])
    ledger.fold([_record(number, one) for number, one in enumerate(every)])
    assert ledger.position.dead == 0
    for _, bucket in ledger.totals.take_changed(partition, ledger.position.version):
        merged.take(bucket)
    return merged


def _record(number: int, told: Told) -> Record:
    kind, at, fields = told
    body = {
        "schema_version": "1.0",
        "type": kind,
        "source": "shop",
        "event_id": str(number),
        "time": at.isoformat(),
        "subject_id": f"s-{number}",
        "store_id": "quay",
    }
    return Record(number, int(at.timestamp() * 1000), orjson.dumps(body | fields))


def sales(today: int, usual: int = 100_000, **products: int) -> MergedTotals:
    """What quay sold today and on like days, minor units; ``products`` are their parts of like days."""
    merged = MergedTotals()
    for day, amount in [(NOON, today), *((day, usual) for day in LIKE)]:
        _put(merged, day, "store", {"quay": amount})
        _put(merged, day, "product", {key: amount * part // 100 for key, part in products.items()})
    return merged


def _put(merged: MergedTotals, day: datetime, dimension: str, amounts: dict[str, int]) -> None:
    entries = {}
    for key, amount in amounts.items():
        vector = [0] * WIDTH
        vector[GROSS], vector[ORDERS] = amount, amount // 1000
        entries[key] = [1, *vector]
    if entries:
        merged.take(TotalsBucket(1, 0, 1, "sales", day.date().isoformat(), "GBP", dimension, entries))


def witnesses(seen: MergedSignals | None = None, sold: MergedTotals | None = None, **more: Any) -> Witnesses:
    """All that can be asked."""
    told = {"calendar": CALENDAR} | more
    return Witnesses(sold=sold or sales(60_000), signals=seen or signals(), **told)

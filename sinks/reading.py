"""What commands and the demo read: totals by store and day, positions, dead letters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, NamedTuple

from daybook.ledger import measures
from daybook.ledger.measures import Figures, figures
from daybook.sinks.reconcile import FIRST_DAY, LAST_DAY
from daybook.sinks.store import Store

_TOTALS: Final = f"""
SELECT business_date, key, currency, {", ".join(measures.STORED)}
FROM merged_totals
WHERE book = {{book:String}} AND dimension = 'store' AND business_date BETWEEN {{from:Date}} AND {{to:Date}}
ORDER BY business_date, key, currency
"""  # noqa: S608 - constants of ours
_COUNTS: Final = """
SELECT sum(received), sum(counted), sum(duplicates) + sum(superseded), sum(dead), max(recorded_at)
FROM positions FINAL
"""
_DEAD: Final = """
SELECT epoch, partition, offset, reason, detail, original, redacted, replayable, recorded_at
FROM {table} FINAL
WHERE {everything}
ORDER BY recorded_at DESC, epoch DESC, partition, offset DESC
LIMIT {limit:UInt32}
"""


class StoreTotal(NamedTuple):
    """The figures of one store on one business date in one currency."""

    business_date: date
    store_id: str
    currency: str
    figures: Figures


class Counts(NamedTuple):
    """received = counted + duplicates + dead, over all partitions; a superseded snapshot is a duplicate."""

    received: int
    counted: int
    duplicates: int
    dead: int
    recorded_at: datetime | None
    """When the newest counted record came into the log."""


class StoredDeadLetter(NamedTuple):
    """A dead letter as ClickHouse keeps it; ``original`` is free of card numbers and email addresses."""

    epoch: int
    partition: int
    offset: int
    reason: str
    detail: str
    original: bytes
    redacted: bool
    replayable: bool
    recorded_at: datetime

    @property
    def id(self) -> str:
        """Its name for people: epoch-partition-offset."""
        return f"{self.epoch}-{self.partition}-{self.offset}"


def store_totals(
    store: Store, first: date | None = None, last: date | None = None, *, book: str = "sales"
) -> list[StoreTotal]:
    """The totals of all stores, sorted by date, store and currency; dates inclusive, None for no limit."""
    parameters = {"book": book, "from": first or FIRST_DAY, "to": last or LAST_DAY}
    return [
        StoreTotal(row[0], row[1], row[2], figures([int(value) for value in row[3:]]))
        for row in store.rows(_TOTALS, parameters)
    ]


def counts(store: Store) -> Counts:
    """How many events were received, and what became of them."""
    received, counted, duplicates, dead, recorded_at = store.rows(_COUNTS)[0]
    newest = recorded_at if received else None
    return Counts(int(received), int(counted), int(duplicates), int(dead), newest)


def dead_letters(
    store: Store, *, reason: str | None = None, limit: int = 100, signals: bool = False
) -> list[StoredDeadLetter]:
    """The newest dead letters of sales, or of signals; of one reason or of all."""
    condition = "1" if reason is None else "reason = {reason:String}"
    parameters: dict[str, Any] = {"limit": limit}
    if reason is not None:
        parameters["reason"] = reason
    return _dead_letters(store, condition, parameters, signals=signals)


def dead_letter(
    store: Store, epoch: int, partition: int, offset: int, *, signals: bool = False
) -> StoredDeadLetter | None:
    """The dead letter of one position."""
    condition = "(epoch, partition, offset) = ({epoch:UInt32}, {partition:UInt16}, {offset:UInt64})"
    parameters = {"epoch": epoch, "partition": partition, "offset": offset, "limit": 1}
    return next(iter(_dead_letters(store, condition, parameters, signals=signals)), None)


def _dead_letters(
    store: Store, condition: str, parameters: dict[str, Any], *, signals: bool
) -> list[StoredDeadLetter]:
    table = "signal_dead_letters" if signals else "dead_letters"
    sql = _DEAD.replace("{table}", table).replace("{everything}", condition)
    rows = store.rows(sql, parameters, binary=("original",))
    return [StoredDeadLetter(*row)._replace(redacted=bool(row[6]), replayable=bool(row[7])) for row in rows]

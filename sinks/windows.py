"""Reading what rolling windows are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from daybook.ledger import measures
from daybook.ledger.windows import DayTotal, QuarterTotal
from daybook.sinks.store import Row, Store

_BACK: Final = timedelta(days=30)
_AHEAD: Final = timedelta(days=2)
_QUERY: Final = f"""
SELECT key, currency, business_date, {", ".join(measures.STORED)}
FROM merged_totals
WHERE book = {{book:String}} AND dimension = {{dimension:String}}
  AND business_date BETWEEN {{from:Date}} AND {{to:Date}}
"""  # noqa: S608 - constants of ours


def recent_quarters(store: Store, now: datetime, book: str) -> list[QuarterTotal]:
    """Totals by store and quarter hour of the last days. ``now`` is aware."""
    found = []
    for key, currency, _, *vector in _rows(store, "store_quarter", now, timedelta(days=3), book):
        store_id, _, quarter = str(key).rpartition("|")
        found.append(QuarterTotal(store_id, str(currency), int(quarter), [int(v) for v in vector]))
    return found


def recent_days(store: Store, now: datetime, book: str) -> list[DayTotal]:
    """Totals by store and business date of the last month. ``now`` is aware."""
    return [
        DayTotal(str(key), str(currency), day, [int(v) for v in vector])
        for key, currency, day, *vector in _rows(store, "store", now, _BACK, book)
    ]


def _rows(store: Store, dimension: str, now: datetime, back: timedelta, book: str) -> list[Row]:
    today = now.astimezone(UTC).date()
    return store.rows(
        _QUERY, {"book": book, "dimension": dimension, "from": today - back, "to": today + _AHEAD}
    )

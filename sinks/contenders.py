"""Reading who competes: totals of one dimension over a period."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from daybook.ledger.leaderboards import Contender
from daybook.ledger.measures import STORED
from daybook.ledger.periods import Period
from daybook.sinks.store import Store

LINE_COLUMN: Final = {
    "day": "toString(business_date)",
    "store": "store_id",
    "region": "region",
    "channel": "channel",
    "revenue_stream": "revenue_stream",
    "staff": "staff_id",
    "product": "product_id",
    "category": "category",
}
"""What can compete, and what of a ledger line names it."""
_SUMS: Final = ", ".join(f"sum({name})" for name in STORED)
_TOTALS: Final = """
SELECT currency, {key} AS contender, {sums}
FROM merged_totals
WHERE book = {{book:String}} AND dimension = {{dimension:String}}
  AND business_date BETWEEN {{first:Date}} AND {{last:Date}}
GROUP BY currency, contender
"""
_REACHED: Final = """
SELECT currency, {key} AS contender, toInt64(max(toUnixTimestamp64Milli(recorded_at)))
FROM counted_lines
WHERE book = {{book:String}} AND business_date BETWEEN {{first:Date}} AND {{last:Date}}
GROUP BY currency, contender
"""


def contenders(
    store: Store, dimension: str, period: Period, *, book: str = "sales", with_time: bool = True
) -> dict[str, list[Contender]]:
    """All keys of a dimension with their totals over a period, by currency.

    ``with_time`` reads from the lines when each value was reached, which decides the order of equal ones.

    Raises:
        KeyError: there is no such dimension.
    """
    asked = {"book": book, "first": period.first, "last": period.last}
    reached: dict[tuple[str, str], int] = {}
    if with_time:
        query = _REACHED.format(key=LINE_COLUMN[dimension])
        reached = {(row[0], row[1]): row[2] for row in store.rows(query, asked)}
    # A day is ranked by what all its stores make together.
    kept, key = ("store", LINE_COLUMN["day"]) if dimension == "day" else (dimension, "key")
    found: defaultdict[str, list[Contender]] = defaultdict(list)
    query = _TOTALS.format(key=key, sums=_SUMS)
    for currency, name, *vector in store.rows(query, {**asked, "dimension": kept}):
        measures = [int(value) for value in vector]
        found[currency].append(Contender(name, measures, reached.get((currency, name), 0)))
    return dict(found)

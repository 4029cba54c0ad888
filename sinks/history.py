"""Reading the past that days are compared with: what each quarter hour brought to each store."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final

from daybook.ledger.curves import QuarterAmount
from daybook.sinks.store import Store

_BY_DAY: Final = """
SELECT key, currency, business_date, sum({amount}) AS amount
FROM merged_totals
WHERE book = {{book:String}} AND dimension = {{dimension:String}}
  AND business_date BETWEEN {{from:Date}} AND {{to:Date}}
GROUP BY key, currency, business_date
"""
MEASURES: Final = {"gross": "gross", "net": "gross + discounts + reversals"}
"""What a curve can be made of. Gross holds positive goods and service lines alone."""
_QUERY: Final = """
SELECT key, currency, business_date, {amount} AS amount
FROM merged_totals
WHERE book = {{book:String}} AND dimension = 'store_quarter'
  AND business_date BETWEEN {{from:Date}} AND {{to:Date}}
"""


def quarter_amounts(
    store: Store, measure: str, first: date, last: date, *, book: str = "sales"
) -> dict[tuple[str, str], list[QuarterAmount]]:
    """Amounts by quarter hour for each (store_id, currency); both dates inclusive.

    Raises:
        KeyError: there is no such measure.
    """
    query = _QUERY.format(amount=MEASURES[measure])
    found: defaultdict[tuple[str, str], list[QuarterAmount]] = defaultdict(list)
    for key, currency, day, amount in store.rows(query, {"book": book, "from": first, "to": last}):
        store_id, _, quarter = str(key).rpartition("|")
        found[store_id, str(currency)].append(QuarterAmount(day, int(quarter), int(amount)))
    return dict(found)


def day_totals(
    store: Store, measure: str, dimension: str, first: date, last: date, *, book: str = "sales"
) -> dict[tuple[str, str], dict[date, int]]:
    """Amounts by business date for each (key, currency) of a dimension; both dates inclusive.

    Raises:
        KeyError: there is no such measure.
    """
    query = _BY_DAY.format(amount=MEASURES[measure])
    found: defaultdict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    asked = {"book": book, "dimension": dimension, "from": first, "to": last}
    for key, currency, day, amount in store.rows(query, asked):
        found[str(key), str(currency)][day] = int(amount)
    return dict(found)

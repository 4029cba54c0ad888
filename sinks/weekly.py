"""Weeks beside each other: what each key of a dimension sold, and how far sessions went at each store."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final

from daybook.sinks.store import Store

_NET: Final = """
SELECT currency, toMonday(business_date) AS week, key, sum(gross + discounts + reversals) AS net
FROM merged_totals
WHERE book = 'sales' AND dimension = {dimension:String} AND business_date BETWEEN {first:Date} AND {last:Date}
GROUP BY currency, week, key
HAVING key != ''
"""
_STEPS: Final = """
SELECT key, measure, sum(value) AS counted
FROM merged_signals
WHERE book = 'sales' AND dimension = 'store' AND measure IN {measures:Array(String)}
    AND business_date BETWEEN {first:Date} AND {last:Date}
GROUP BY key, measure
"""
Weeks = dict[date, dict[str, int]]


def net_by_week(store: Store, dimension: str, first: date, last: date) -> dict[str, Weeks]:
    """Net sales in minor units, by currency, Monday of the week, and key."""
    found: defaultdict[str, Weeks] = defaultdict(lambda: defaultdict(dict))
    for currency, week, key, net in store.rows(_NET, {"dimension": dimension, "first": first, "last": last}):
        found[currency][week][key] = int(net)
    return {currency: dict(weeks) for currency, weeks in found.items()}


def sessions_by_store(
    store: Store, measures: list[str], first: date, last: date
) -> dict[str, dict[str, int]]:
    """Sessions that reached each step, by store."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for key, measure, counted in store.rows(_STEPS, {"measures": measures, "first": first, "last": last}):
        found[key][measure] = int(counted)
    return dict(found)

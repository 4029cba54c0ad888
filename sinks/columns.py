"""SQL for the stored measures of lines and totals, in the order of ``ledger.measures.STORED``.

Every statement is put together from the constants of the ledger and of this package; values always travel as
parameters.
"""

from __future__ import annotations

from typing import Final

from daybook.ledger import measures as m

TOTAL_VECTOR: Final = f"[{', '.join(f'toInt64({name})' for name in m.STORED)}]"
"""The measures of a row of ``totals``."""

KEYS: Final = {
    "store": "store_id",
    "region": "region",
    "channel": "channel",
    "revenue_stream": "revenue_stream",
    "staff": "staff_id",
    "product": "product_id",
    "category": "category",
    "store_quarter": "concat(store_id, '|', toString(toUnixTimestamp(quarter)))",
}
"""A line's key in each dimension of totals."""

_ORDERS: Final = {"product": "product_orders", "category": "category_orders"}
NOTHING: Final = f"arrayResize(emptyArrayInt64(), {m.WIDTH})"
"""A vector of zeros."""

BELOW: Final = (
    "bitOr(bitShiftLeft(toUInt64(epoch), 40), offset)"
    " < transform(partition, {partitions:Array(UInt16)}, {bounds:Array(UInt64)}, toUInt64(0))"
)
"""Whether a position lies below its partition's bound."""


def line_vectors(dimension: str, source: str) -> str:
    """A query that gives (book, business_date, currency, key, vector) for every change that lines make.

    A line whose origin date is another day gives two: its shifts leave the one day and reach the other.
    Parameters: ``from`` and ``to``, the business dates, both inclusive.
    """
    key = f"CAST({KEYS[dimension]}, 'String')"
    return f"""
    SELECT book, business_date, currency, {key} AS key, {_activity(dimension)} AS vector
    FROM {source}
    WHERE business_date BETWEEN {{from:Date}} AND {{to:Date}} AND key != ''
    UNION ALL
    SELECT book, origin_date AS business_date, currency, {key} AS key, {_origin()} AS vector
    FROM {source}
    WHERE origin_date BETWEEN {{from:Date}} AND {{to:Date}} AND origin_date != lines_date AND key != ''
    """  # noqa: S608 - constants of ours


def _activity(dimension: str) -> str:
    base = list(m.BASE)
    if dimension in _ORDERS:
        base[m.ORDERS], base[m.ZERO_VALUE_ORDERS] = _ORDERS[dimension], "0"
    shifts = [f"if(origin_date = lines_date, 0, -{m.BASE[index]})" for index in m.SHIFTED]
    return f"[{', '.join(f'toInt64({term})' for term in [*base, *shifts])}]"


def _origin() -> str:
    terms = ["0"] * len(m.BASE) + [m.BASE[index] for index in m.SHIFTED]
    return f"[{', '.join(f'toInt64({term})' for term in terms)}]"

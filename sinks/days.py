"""Reading what was counted for a day, and when: the lines of every event that ever counted.

An order's older snapshot counted until a newer one replaced it; its lines are taken back when that came.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Final

from daybook.ledger.days import Posting
from daybook.ledger.measures import BASE
from daybook.sinks.store import Store

DayKey = tuple[date, str, str]
"""Business date, store id and currency."""

_NAMED: Final = {"sums": ", ".join(f"sum({name}) AS {name}" for name in BASE), "columns": ", ".join(BASE)}
_EVENTS: Final = """
WITH
    never AS (SELECT epoch, partition, offset FROM outcomes FINAL WHERE outcome != 'replaced'),
    snapshots AS
    (
        SELECT DISTINCT epoch, partition, offset, recorded_at, source, order_id, event_id
        FROM lines FINAL
        WHERE type = 'order.snapshot' AND (epoch, partition, offset) NOT IN never
          AND (source, order_id) IN
          (
              SELECT source, order_id FROM lines
              WHERE type = 'order.snapshot' AND business_date BETWEEN {{from:Date}} AND {{to:Date}}
          )
    ),
    followed AS
    (
        SELECT
            epoch, partition, offset,
            leadInFrame(toNullable(recorded_at)) OVER later AS next_at,
            leadInFrame(event_id) OVER later AS next_event
        FROM snapshots
        WINDOW later AS (
            PARTITION BY source, order_id ORDER BY epoch, partition, offset
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
    ),
    counted AS
    (
        SELECT
            business_date, store_id, currency, epoch, partition, offset,
            recorded_at, source, event_id, order_id, type, {sums}
        FROM lines FINAL
        WHERE book = {{book:String}} AND business_date BETWEEN {{from:Date}} AND {{to:Date}}
          AND ({{store:String}} = '' OR store_id = {{store:String}})
          AND (epoch, partition, offset) NOT IN never
        GROUP BY
            business_date, store_id, currency, epoch, partition, offset,
            recorded_at, source, event_id, order_id, type
    )
"""


_COUNTED: Final = (
    _EVENTS
    + """
SELECT business_date, store_id, currency, recorded_at, source, event_id, order_id, type, {columns}
FROM counted
"""
)
_TAKEN_BACK: Final = (
    _EVENTS
    + """
SELECT business_date, store_id, currency, next_at, source, next_event, order_id, type, {columns}
FROM counted INNER JOIN followed USING (epoch, partition, offset)
WHERE next_at IS NOT NULL
"""
)

_SUMMED: Final = """
SELECT business_date, store_id, currency, {at} AS at, {sign} * sum(gross + discounts + reversals) AS net
FROM {source}
WHERE {at} IS NOT NULL
GROUP BY business_date, store_id, currency, at
"""


def day_postings(
    store: Store, first: date, last: date, *, store_id: str | None = None, book: str = "sales"
) -> dict[DayKey, list[Posting]]:
    """All postings of the business dates from first to last, both inclusive, by date, store and currency."""
    asked = {"from": first, "to": last, "book": book, "store": store_id or ""}
    found: defaultdict[DayKey, list[Posting]] = defaultdict(list)
    for query, sign in ((_COUNTED, 1), (_TAKEN_BACK, -1)):
        for day, shop, currency, at, source, event_id, order_id, kind, *values in store.rows(
            query.format(**_NAMED), asked
        ):
            measures = [int(value) for value in values]
            found[day, shop, currency].append(Posting(at, source, event_id, order_id, kind, sign, measures))
    return dict(found)


def net_by_arrival(
    store: Store, first: date, last: date, *, book: str = "sales"
) -> dict[DayKey, list[tuple[datetime, int]]]:
    """By when it was counted (the log's time), what the business dates from first to last made, in net."""
    asked = {"from": first, "to": last, "book": book, "store": ""}
    counted = _SUMMED.format(at="recorded_at", sign=1, source="counted")
    followed = "counted INNER JOIN followed USING (epoch, partition, offset)"
    found: defaultdict[DayKey, list[tuple[datetime, int]]] = defaultdict(list)
    for query in (counted, _SUMMED.format(at="next_at", sign=-1, source=followed)):
        for day, shop, currency, at, net in store.rows(_EVENTS.format(**_NAMED) + query, asked):
            found[day, shop, currency].append((at, int(net)))
    return dict(found)

"""Ten million sale lines that never were, made inside the engine, and the totals that they come to.

Two hundred stores in ten regions over 420 business dates up to today, one to three lines an order, a thousand
sellers, five thousand products of which a few sell most, two currencies, two percent repeats, three percent
refunds. Totals are added up from the lines by the engine itself, per partition, as the worker would.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from daybook.ledger.measures import BASE, STORED
from daybook.schemas.stores import DayRule, StoreEntry
from daybook.sinks.clocks import write_clocks
from daybook.sinks.store import Store

STORES: Final = 200
DAYS: Final = 420
PARTITIONS: Final = 4
EPOCH: Final = 3_600_000
_ZONES: Final = ("Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Madrid")

_LINES: Final = """
INSERT INTO lines
WITH
    {lines:UInt64} AS all_lines,
    intDiv(number, 2) AS trade,
    sipHash64(trade) AS chance,
    sipHash64(number, 1) AS own,
    toUInt32(intDiv(trade * {days:UInt64}, intDiv(all_lines, 2) + 1)) AS day_number,
    {first:Date} + day_number AS day,
    -- A store sells the less the higher its number; half of the orders come around noon, half around five.
    toUInt32(pow(chance % 1000003 / 1000003, 1.5) * {stores:UInt32}) AS shop,
    concat('store-', leftPad(toString(shop), 3, '0')) AS shop_id,
    toUInt32(if(bitTest(chance, 9), 12, 17) * 3600 + (toInt64(bitShiftRight(chance, 10) % 10800)
        + toInt64(bitShiftRight(chance, 24) % 10800) - 10800)) AS second_of_day,
    toUInt32(least(4999, pow(own % 100000 / 100000, 3) * 5000)) AS product,
    -- Four of ten orders know their customer; few of these come often, most seldom.
    pow(bitShiftRight(chance, 20) % 1000003 / 1000003, 2) * 600000 AS buyer,
    bitShiftRight(own, 17) % 100 < 3 AS is_refund,
    toInt64(200 + bitShiftRight(own, 24) % 9000) AS price,
    if(bitShiftRight(own, 40) % 100 < 12, intDiv(price, 10), 0) AS off,
    toDateTime64(toDateTime(day) + second_of_day, 3, 'UTC') AS occurred
SELECT
    {epoch:UInt32} AS epoch,
    toUInt16(trade % {partitions:UInt16}) AS partition,
    intDiv(trade, {partitions:UInt16}) AS offset,
    toUInt32(number % 2) AS line_no,
    'sales' AS book,
    day AS business_date,
    day - if(is_refund, toUInt32(bitShiftRight(own, 50) % 9), 0) AS origin_date,
    toStartOfFifteenMinutes(toDateTime(occurred, 'UTC')) AS quarter,
    occurred AS occurred_at,
    occurred + if(chance % 500 = 7, 90000, 1) AS recorded_at,
    concat('till-', toString(shop), '-', toString(chance % 3)) AS source,
    toString(trade) AS event_id,
    toString(trade) AS order_id,
    if(is_refund, 'sale.refunded', 'sale.completed') AS type,
    shop_id AS store_id,
    toString(chance % 3) AS till_id,
    concat('region-', toString(shop % 10)) AS region,
    multiIf(chance % 10 = 0, 'ecommerce', chance % 10 = 1, 'phone', 'pos') AS channel,
    multiIf(own % 20 = 0, 'service', 'retail') AS revenue_stream,
    concat('staff-', toString(shop), '-', toString(bitShiftRight(chance, 33) % 5)) AS staff_id,
    concat('product-', toString(product)) AS product_id,
    concat('Product ', toString(product)) AS product_name,
    concat('category-', toString(product % 25)) AS category,
    if(chance % 70 = 0, concat('campaign-', toString(intDiv(day_number, 14))), '') AS campaign,
    if(bitShiftRight(chance, 3) % 10 < 4, leftPad(hex(toUInt32(buyer)), 32, '0'), '') AS customer,
    if(shop % 5 = 4, 'EUR', 'GBP') AS currency,
    'goods' AS kind,
    if(is_refund, 0, price) AS gross,
    if(is_refund, 0, -off) AS discounts,
    if(is_refund, -price, 0) AS reversals,
    intDiv(if(is_refund, -price, price - off), 5) AS tax,
    0 AS shipping,
    0 AS tips,
    0 AS fees,
    0 AS gift_cards,
    0 AS adjustments,
    toInt64(line_no = 0 AND NOT is_refund) AS orders,
    0 AS zero_value_orders,
    toInt64(NOT is_refund) AS units,
    toInt64(is_refund) AS returned_units,
    toInt64(NOT is_refund) AS product_orders,
    toInt64(NOT is_refund) AS category_orders
FROM numbers({from:UInt64}, {many:UInt64})
WHERE occurred < now()
SETTINGS max_partitions_per_insert_block = 0
"""
_OUTCOMES: Final = """
INSERT INTO outcomes
SELECT epoch, partition, offset, 'duplicate', ''
FROM lines WHERE sipHash64(order_id, 2) % 50 = 0 AND line_no = 0
"""
_KEYS: Final = {
    "store": "store_id",
    "region": "region",
    "channel": "channel",
    "revenue_stream": "revenue_stream",
    "staff": "staff_id",
    "product": "product_id",
    "category": "category",
    "store_quarter": "concat(store_id, '|', toString(toUnixTimestamp(quarter)))",
}
_POSITIONS: Final = """
INSERT INTO positions
SELECT partition, bitShiftLeft(toUInt64(any(lines.epoch)), 40) + max(offset) + 1, any(lines.epoch),
    max(offset) + 1, max(offset) + 1, max(offset) + 1 - countIf(out), countIf(out), 0, 0, max(recorded_at)
FROM (SELECT *, sipHash64(order_id, 2) % 50 = 0 AS out FROM lines WHERE line_no = 0) AS lines
GROUP BY partition
"""
_RAW: Final = """
INSERT INTO events
SELECT epoch, partition, offset, recorded_at, recorded_at, source, event_id, type, order_id, store_id,
    occurred_at, unhex(hex(sipHash128(order_id))), '{}', 0
FROM lines WHERE line_no = 0
"""
_DEAD: Final = """
INSERT INTO dead_letters
SELECT epoch, partition, offset, if(offset % 3 = 0, 'unknown_store', 'line_sum'),
    'made up', '{}', 0, 1, recorded_at
FROM lines WHERE line_no = 0 AND offset % 2000 = 1
"""


def stores() -> list[StoreEntry]:
    """The stores, of which every fifth sells in EUR."""
    return [
        StoreEntry(
            store_id=f"store-{number:03}",
            name=f"Store {number}",
            region=f"region-{number % 10}",
            days=[DayRule(zone=_ZONES[number % 4])],
        )
        for number in range(STORES)
    ]


def fill(store: Store, lines: int, today: date) -> None:
    """Fill a migrated, empty database with ``lines`` lines, of which the last are of ``today``."""
    write_clocks(store, stores(), int(datetime.now(UTC).timestamp() * 1000))
    piece = 1_000_000
    for start in range(0, lines, piece):
        asked = {
            "lines": lines,
            "days": DAYS,
            "first": today - timedelta(days=DAYS - 1),
            "stores": STORES,
            "epoch": EPOCH,
            "partitions": PARTITIONS,
            "from": start,
            "many": min(piece, lines - start),
        }
        store.command(_LINES, asked)
    for statement in (_OUTCOMES, _POSITIONS, _RAW, _DEAD):
        store.command(statement)
    months = store.rows("SELECT DISTINCT toStartOfMonth(business_date) AS m FROM lines ORDER BY m")
    for (month,) in months:
        for dimension, key in _KEYS.items():
            store.command(_totals(dimension, key), {"month": month})


def _totals(dimension: str, key: str) -> str:
    """Adds up one month's counted lines in one dimension, per partition; no shifts between days."""
    orders = {"product": "product_orders", "category": "category_orders"}.get(dimension, "orders")
    sums = [f"sum({orders if name == 'orders' else name}) AS sum_{name}" for name in BASE]
    zeros = ["0"] * (len(STORED) - len(BASE))
    return f"""
    INSERT INTO totals
    SELECT book, business_date, currency, '{dimension}', {key} AS name, partition,
        bitShiftLeft(toUInt64(any(epoch)), 40) + max(offset), {", ".join([*sums, *zeros])}
    FROM lines
    WHERE business_date >= {{month:Date}} AND business_date < addMonths({{month:Date}}, 1)
        AND sipHash64(order_id, 2) % 50 != 0
    GROUP BY book, business_date, currency, name, partition
    """  # noqa: S608 - constants of ours

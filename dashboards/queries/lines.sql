-- The counted lines behind a figure, newest first, at most 500. Times are the store's wall clock. Major units, exact.
WITH
    scope AS
    (
        SELECT store_id, if(${date:sqlstring} = 'today', today, toDateOrZero(${date:sqlstring})) AS day
        FROM stores
{% include "parts/chosen_stores.sql" %}
    ),
    chosen AS
    (
        SELECT *
        FROM counted_lines
        WHERE book = 'sales' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
            AND ('*' IN (${channel:sqlstring}) OR channel IN (${channel:sqlstring}))
            AND (${product:sqlstring} = '' OR product_id = ${product:sqlstring})
            AND (${staff:sqlstring} = '' OR staff_id = ${staff:sqlstring})
            AND (${order:sqlstring} = '' OR order_id = ${order:sqlstring})
        ORDER BY occurred_at DESC, epoch, partition, offset, line_no
        LIMIT 500
    )
SELECT
    toString(chosen.business_date) AS business_date,
    formatDateTime(toDateTime(toUnixTimestamp(chosen.occurred_at) + clocks.offset_seconds + clocks.cutoff_seconds, 'UTC'),
        '%H:%i:%S') AS wall_time,
    toString(chosen.store_id) AS store,
    chosen.till_id AS till,
    chosen.order_id AS order,
    toString(chosen.type) AS event,
    toString(chosen.channel) AS channel,
    chosen.staff_id AS staff,
    chosen.product_id AS product,
    chosen.product_name AS product_name,
    chosen.units - chosen.returned_units AS net_units,
    toDecimal128(chosen.gross, 4) / ${per_unit} AS gross,
    toDecimal128(chosen.discounts, 4) / ${per_unit} AS discounts,
    toDecimal128(chosen.reversals, 4) / ${per_unit} AS reversals,
    toDecimal128(chosen.gross + chosen.discounts + chosen.reversals, 4) / ${per_unit} AS net,
    toDecimal128(chosen.tax, 4) / ${per_unit} AS tax,
    concat(toString(chosen.epoch), '-', toString(chosen.partition), '-', toString(chosen.offset)) AS position
FROM chosen
ASOF LEFT JOIN clocks ON clocks.store_id = chosen.store_id AND clocks.starts_at <= toDateTime(chosen.occurred_at)
ORDER BY chosen.occurred_at DESC, position

-- State of the chosen business date and the six before it, by store: provisional until it closes, `grace_hours`
-- after the end of the store's own day. Major units, exact.
WITH
    clock AS
    (
        SELECT store_id, offset_seconds, toDateTime(toUnixTimestamp(starts_at) + if(starts_at = 0, 0, offset_seconds), 'UTC') AS wall
        FROM clocks
    ),
    scope AS
    (
        SELECT store_id, if(${date:sqlstring} = 'today', today, toDateOrZero(${date:sqlstring})) AS day
        FROM stores
        WHERE ('*' IN (${store:sqlstring}) OR store_id IN (${store:sqlstring}))
            AND ('*' IN (${region:sqlstring}) OR region IN (${region:sqlstring}))
    ),
    sold AS
    (
        SELECT store_id, business_date, sum(gross + discounts + reversals) AS net,
            toDateTime(business_date + 1, 'UTC') AS ends
        FROM totals FINAL
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT day - back, store_id FROM scope ARRAY JOIN range(7) AS back)
        GROUP BY store_id, business_date
    )
SELECT
    toString(sold.business_date) AS business_date,
    toString(sold.store_id) AS store,
    if(closes_at > now(), 'provisional', 'closed') AS state,
    toDateTime(toUnixTimestamp(sold.ends) - clock.offset_seconds + ${grace_hours} * 3600, 'UTC') AS closes_at,
    toDecimal128(sold.net, 4) / ${per_unit} AS net
FROM sold
ASOF LEFT JOIN clock ON clock.store_id = sold.store_id AND clock.wall <= sold.ends
ORDER BY business_date DESC, store

-- Net sales added up over the day, by the end of each quarter hour of the stores' own wall clocks: the business
-- date itself up to now, the same weekday last week, and 364 days before. `time` lies on the day on which the
-- board's window begins, whatever the business date: only its hours and minutes mean anything. Stores that share
-- a cutoff are shown by the clock, others by the hours since their day began. Major units, exact.
WITH
    scope AS
    (
        SELECT
            store_id, name, region, cutoff_seconds, today,
            if(${date:sqlstring} = 'today', today, toDateOrZero(${date:sqlstring})) AS day,
            if(day < today, 86400, if(day > today, 0, now_second)) AS until_second
        FROM stores
        WHERE ('*' IN (${store:sqlstring}) OR store_id IN (${store:sqlstring}))
            AND ('*' IN (${region:sqlstring}) OR region IN (${region:sqlstring}))
    ),
    (SELECT (if(uniqExact(cutoff_seconds) = 1, any(cutoff_seconds), 0), max(until_second)) FROM scope) AS shown,
    moments AS
    (
        SELECT store_id, day - back AS business_date, back
        FROM scope
        ARRAY JOIN [0, 7, 364] AS back
    ),
    amounts AS
    (
        SELECT store_id, business_date, quarter, gross + discounts + reversals AS net
        FROM totals FINAL
        WHERE '*' IN (${channel:sqlstring})
            AND book = 'sales' AND dimension = 'store_quarter' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT business_date, store_id FROM moments)
        UNION ALL
        SELECT store_id, business_date, quarter, gross + discounts + reversals AS net
        FROM counted_lines
        WHERE '*' NOT IN (${channel:sqlstring}) AND channel IN (${channel:sqlstring})
            AND book = 'sales' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT business_date, store_id FROM moments)
    ),
    placed AS
    (
        SELECT
            amounts.store_id AS store_id,
            amounts.business_date AS business_date,
            amounts.net AS net,
            toInt64(toUnixTimestamp(amounts.quarter)) + clocks.offset_seconds
                - toInt64(toUnixTimestamp(toDateTime(amounts.business_date, 'UTC'))) AS wall_second,
            least(greatest(intDiv(wall_second, 900), 0), 95) AS slot
        FROM amounts
        ASOF LEFT JOIN clocks ON clocks.store_id = amounts.store_id AND clocks.starts_at <= amounts.quarter
    ),
    slots AS
    (
        SELECT
            slot,
            sumIf(net, back = 0) AS today,
            sumIf(net, back = 7) AS week,
            sumIf(net, back = 364) AS year,
            countIf(back = 7) AS of_week,
            countIf(back = 364) AS of_year
        FROM placed
        INNER JOIN moments USING (store_id, business_date)
        GROUP BY slot
        UNION ALL
        SELECT toInt64(number), 0, 0, 0, 0, 0 FROM numbers(96)
    )
SELECT
    toDateTime(intDiv(toUnixTimestamp($__fromTime), 86400) * 86400 + shown.1 + (slot + 1) * 900, 'UTC') AS time,
    if(slot * 900 < shown.2, toDecimal128(sum(sum(today)) OVER so_far, 4) / ${per_unit}, NULL) AS net,
    if(sum(sum(of_week)) OVER () = 0, NULL, toDecimal128(sum(sum(week)) OVER so_far, 4) / ${per_unit}) AS last_week,
    if(sum(sum(of_year)) OVER () = 0, NULL, toDecimal128(sum(sum(year)) OVER so_far, 4) / ${per_unit}) AS last_year
FROM slots
GROUP BY slot
WINDOW so_far AS (ORDER BY slot ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
ORDER BY time

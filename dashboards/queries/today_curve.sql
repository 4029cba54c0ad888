-- Net sales added up over the day, by the end of each quarter hour of the stores' own wall clocks: the business
-- date itself up to now, the usual day (the median of the same weekday in the eight weeks before, of those with
-- sales), the same weekday last week, and 364 days before. `time` lies on the day on which the board's window
-- begins, whatever the business date: only its hours and minutes mean anything. Stores that share a cutoff are shown
-- by the clock, others by the hours since their day began. Major units, exact; the usual day is rounded.
WITH
    scope AS
    (
        SELECT
            store_id, cutoff_seconds,
            if(${date:sqlstring} = 'today', today, toDateOrZero(${date:sqlstring})) AS day,
            if(day < today, 86400, if(day > today, 0, now_second)) AS until_second
        FROM stores
{% include "parts/chosen_stores.sql" %}
    ),
    (SELECT (if(uniqExact(cutoff_seconds) = 1, any(cutoff_seconds), 0), max(until_second)) FROM scope) AS shown,
    moments AS
    (
        SELECT store_id, day - back AS business_date, back
        FROM scope
        ARRAY JOIN [0, 7, 14, 21, 28, 35, 42, 49, 56, 364] AS back
    ),
    -- Partitions are added up first: then each quarter hour of a store looks for its clock once.
    amounts AS
    (
        SELECT store_id, business_date, quarter, sum(gross + discounts + reversals) AS net
        FROM totals FINAL
        WHERE '*' IN (${channel:sqlstring})
            AND book = 'sales' AND dimension = 'store_quarter' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT business_date, store_id FROM moments)
        GROUP BY store_id, business_date, quarter
        UNION ALL
        SELECT store_id, business_date, quarter, sum(gross + discounts + reversals) AS net
        FROM counted_lines
        WHERE '*' NOT IN (${channel:sqlstring}) AND channel IN (${channel:sqlstring})
            AND book = 'sales' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT business_date, store_id FROM moments)
        GROUP BY store_id, business_date, quarter
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
        SELECT moments.back AS back, placed.slot AS slot, sum(placed.net) AS net
        FROM placed
        INNER JOIN moments USING (store_id, business_date)
        GROUP BY back, slot
    ),
    days AS
    (
        SELECT back, arrayCumSum(sumForEach(arrayMap(number -> if(number = slot, net, 0), range(96)))) AS so_far
        FROM slots
        GROUP BY back
        UNION ALL
        SELECT toUInt16(0), arrayMap(number -> 0, range(96))
    )
SELECT
    toDateTime(intDiv(toUnixTimestamp($__fromTime), 86400) * 86400 + assumeNotNull(shown.1) + (slot + 1) * 900, 'UTC')
        AS time,
    if(slot * 900 < assumeNotNull(shown.2), toDecimal128(sumIf(so_far[slot + 1], back = 0), 4) / ${per_unit}, NULL) AS net,
    if(countIf(back BETWEEN 7 AND 56) = 0, NULL,
        toDecimal128(toInt64(round(quantileExactInclusiveIf(0.5)(so_far[slot + 1], back BETWEEN 7 AND 56))), 4)
            / ${per_unit}) AS usual,
    if(countIf(back = 7) = 0, NULL, toDecimal128(sumIf(so_far[slot + 1], back = 7), 4) / ${per_unit}) AS last_week,
    if(countIf(back = 364) = 0, NULL, toDecimal128(sumIf(so_far[slot + 1], back = 364), 4) / ${per_unit}) AS last_year
FROM days
ARRAY JOIN range(96) AS slot
GROUP BY slot
ORDER BY time

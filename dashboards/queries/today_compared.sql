-- Net sales so far, and those of the same weekday last week and 364 days before, to the same minute of each
-- store's wall clock; NULL where nothing was sold on that day. One row, always. Major units, exact.
WITH
{% include "parts/scope.sql" %},
    moments AS
    (
        SELECT store_id, day - back AS business_date, back, intDiv(until_second, 60) * 60 AS until_second
        FROM scope
        ARRAY JOIN [0, 7, 364] AS back
    ),
    sold AS
    (
        SELECT
            lines.store_id AS store_id,
            lines.business_date AS business_date,
            lines.gross + lines.discounts + lines.reversals AS net,
            toInt64(toUnixTimestamp(lines.occurred_at)) + clocks.offset_seconds
                - toInt64(toUnixTimestamp(toDateTime(lines.business_date, 'UTC'))) AS wall_second
        FROM counted_lines AS lines
        ASOF LEFT JOIN clocks ON clocks.store_id = lines.store_id AND clocks.starts_at <= toDateTime(lines.occurred_at)
        WHERE lines.book = 'sales' AND lines.currency = ${currency:sqlstring}
            AND (lines.business_date, lines.store_id) IN (SELECT business_date, store_id FROM moments)
            AND ('*' IN (${channel:sqlstring}) OR lines.channel IN (${channel:sqlstring}))
    )
SELECT
    toDecimal128(sumIf(sold.net, back = 0), 4) / ${per_unit} AS net,
    if(countIf(back = 7) = 0, NULL, toDecimal128(sumIf(sold.net, back = 7 AND wall_second < until_second), 4) / ${per_unit}) AS last_week_by_now,
    if(countIf(back = 364) = 0, NULL, toDecimal128(sumIf(sold.net, back = 364 AND wall_second < until_second), 4) / ${per_unit}) AS last_year_by_now,
    if(last_week_by_now > 0, toFloat64(net) / toFloat64(last_week_by_now) - 1, NULL) AS against_last_week,
    if(last_year_by_now > 0, toFloat64(net) / toFloat64(last_year_by_now) - 1, NULL) AS against_last_year
FROM sold
INNER JOIN moments USING (store_id, business_date)

-- The business date's net sales by revenue stream. Money in major units, exact.
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
    )
SELECT
    if(lines.revenue_stream = '', 'none stated', lines.revenue_stream) AS revenue_stream,
    toDecimal128(sum(gross + discounts + reversals), 4) / ${per_unit} AS net
FROM counted_lines AS lines
WHERE book = 'sales' AND currency = ${currency:sqlstring}
    AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
    AND ('*' IN (${channel:sqlstring}) OR channel IN (${channel:sqlstring}))
GROUP BY revenue_stream
ORDER BY net DESC, revenue_stream

-- The business date's net sales by region, a store's region being the one it has now. Major units, exact.
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
    facts AS
    (
        SELECT business_date, key AS store_id, gross, discounts, reversals, orders, units, returned_units
        FROM totals FINAL
        WHERE '*' IN (${channel:sqlstring})
            AND book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND (business_date, key) IN (SELECT day, store_id FROM scope)
        UNION ALL
        SELECT business_date, store_id, gross, discounts, reversals, orders, units, returned_units
        FROM counted_lines
        WHERE '*' NOT IN (${channel:sqlstring}) AND channel IN (${channel:sqlstring})
            AND book = 'sales' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
    )
SELECT
    if(scope.region = '', 'no region', scope.region) AS region,
    toDecimal128(sum(facts.gross + facts.discounts + facts.reversals), 4) / ${per_unit} AS net
FROM facts
INNER JOIN scope USING (store_id)
GROUP BY region
ORDER BY net DESC, region

-- The ten products with the highest net sales on the business date; units are net of returned ones. Exact.
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
    product_id AS product,
    argMax(product_name, recorded_at) AS product_name,
    toDecimal128(sum(gross + discounts + reversals), 4) / ${per_unit} AS net,
    sum(units - returned_units) AS net_units
FROM counted_lines
WHERE book = 'sales' AND currency = ${currency:sqlstring}
    AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
    AND ('*' IN (${channel:sqlstring}) OR channel IN (${channel:sqlstring}))
    AND product_id != ''
GROUP BY product_id
HAVING net > 0
ORDER BY net DESC, product_id
LIMIT 10

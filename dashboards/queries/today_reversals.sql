-- Reversals by store: of the day they were processed, or of the day of the sale that they reverse. Exact.
-- By store from the totals; with channels chosen from the lines, which for an origin day come on it or later.
WITH
{% include "parts/scope.sql" %}
SELECT
    store_id AS store,
    toDecimal128(sum(reversals), 4) / ${per_unit} AS reversals
FROM
(
    SELECT key AS store_id, reversals + if(${view:sqlstring} = 'origin', reversals_shift, 0) AS reversals
    FROM totals FINAL
    WHERE '*' IN (${channel:sqlstring})
        AND book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
        AND (business_date, key) IN (SELECT day, store_id FROM scope)
    UNION ALL
    SELECT store_id, reversals
    FROM counted_lines
    WHERE '*' NOT IN (${channel:sqlstring}) AND channel IN (${channel:sqlstring})
        AND book = 'sales' AND currency = ${currency:sqlstring}
        AND business_date >= (SELECT min(day) FROM scope)
        AND (store_id, if(${view:sqlstring} = 'origin', origin_date, business_date)) IN (SELECT store_id, day FROM scope)
)
GROUP BY store_id
HAVING reversals != 0
ORDER BY reversals, store_id

-- State of the chosen business date and the six before it, by store: provisional until it closes, `grace_hours`
-- after the end of the store's own day. Major units, exact.
WITH
{% include "parts/scope.sql" %},
    dates AS
    (
        SELECT store_id, business_date, sum(gross + discounts + reversals) AS net
        FROM totals FINAL
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT day - back, store_id FROM scope ARRAY JOIN range(7) AS back)
        GROUP BY store_id, business_date
    ),
{% include "parts/closing.sql" %}
SELECT
    toString(dates.business_date) AS business_date,
    toString(dates.store_id) AS store,
    if(closing.closes_at > now(), 'provisional', 'closed') AS state,
    closing.closes_at AS closes_at,
    toDecimal128(dates.net, 4) / ${per_unit} AS net
FROM dates
INNER JOIN closing USING (store_id, business_date)
ORDER BY business_date DESC, store

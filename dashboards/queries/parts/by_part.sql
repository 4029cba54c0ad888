-- Money in major units, exact. What states no {{ part }} is what the stores' totals have beyond those that do.
WITH
{% include "parts/scope.sql" %},
{% include "parts/whole.sql" %},
    sold AS
    (
        SELECT currency, arrayJoin([(key, 1), ('', -1)]) AS of, of.1 AS part,
            of.2 * (gross + discounts + reversals) AS net, of.2 * totals.orders AS orders
        FROM totals FINAL
        WHERE whole AND book = 'sales' AND dimension = '{{ part }}' AND currency IN (${currency:sqlstring})
            AND business_date IN (SELECT day FROM scope)
        UNION ALL
        SELECT currency, ('', 1) AS of, '' AS part, gross + discounts + reversals AS net, totals.orders AS orders
        FROM totals FINAL
        WHERE whole AND book = 'sales' AND dimension = 'store' AND currency IN (${currency:sqlstring})
            AND business_date IN (SELECT day FROM scope)
        UNION ALL
        SELECT currency, ('', 1) AS of, {{ part }} AS part, gross + discounts + reversals AS net, orders
        FROM counted_lines
        WHERE NOT whole AND book = 'sales' AND currency IN (${currency:sqlstring})
            AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
            AND ('*' IN (${channel:sqlstring}) OR channel IN (${channel:sqlstring}))
    )
SELECT
    if(sold.part = '', 'none stated', toString(sold.part)) AS {{ part }},
    toDecimal128(sum(sold.net), 4) / ${per_unit} AS net,
    sum(sold.orders) AS orders,
    toString(sold.currency) AS currency
FROM sold
GROUP BY currency, {{ part }}
HAVING {{ part }} != 'none stated' OR net != 0 OR orders != 0
ORDER BY net DESC, {{ part }}

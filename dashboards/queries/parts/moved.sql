-- The last 28 business dates before today against the 28 before them, in all stores. Major units, exact.
SELECT
    {{ dimension }},
    toDecimal128(sum(now_net), 4) / ${per_unit} AS net,
    toDecimal128(sum(before_net), 4) / ${per_unit} AS net_before,
    toDecimal128(sum(now_net - before_net), 4) / ${per_unit} AS change,
    if(sum(before_net) <= 0, NULL, sum(now_net) / sum(before_net) - 1) AS growth
FROM
(
    SELECT
        key AS {{ dimension }},
        if(business_date >= today() - 28, gross + discounts + reversals, 0) AS now_net,
        if(business_date < today() - 28, gross + discounts + reversals, 0) AS before_net
    FROM totals FINAL
    WHERE book = 'sales' AND dimension = '{{ dimension }}' AND currency = ${currency:sqlstring}
        AND business_date >= today() - 56 AND business_date < today()
)
GROUP BY {{ dimension }}
HAVING change != 0
ORDER BY abs(change) DESC, {{ dimension }}
LIMIT 20

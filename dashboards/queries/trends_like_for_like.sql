-- Like for like, by ISO week: only stores that were selling before both the week and the one 364 days earlier
-- began. NULL where there is no such store. Major units, exact.
WITH
    scope AS
    (
        SELECT store_id, name, region, today
        FROM stores
{% include "parts/chosen_stores.sql" %}
    ),
    began AS
    (
        SELECT store_id, min(business_date) AS first_date
        FROM totals
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
        GROUP BY store_id
    ),
    weeks AS
    (
        SELECT store_id, toMonday(business_date + shift) AS week,
            sumIf(gross + discounts + reversals, shift = 0) AS this_year,
            sumIf(gross + discounts + reversals, shift = 364) AS last_year
        FROM totals FINAL
        ARRAY JOIN [0, 364] AS shift
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND business_date >= toMonday(today()) - 364 - 7 * ${periods}
            AND store_id IN (SELECT store_id FROM scope)
            AND business_date + shift >= toMonday(today()) - 7 * ${periods}
            AND business_date + shift < toMonday(today())
        GROUP BY store_id, week
    )
SELECT
    toString(week) AS week,
    toInt64(count()) AS stores,
    toDecimal128(sum(this_year), 4) / ${per_unit} AS net,
    toDecimal128(sum(last_year), 4) / ${per_unit} AS net_a_year_before,
    if(sum(last_year) <= 0, NULL, sum(this_year) / sum(last_year) - 1) AS growth
FROM weeks
INNER JOIN began USING (store_id)
WHERE began.first_date <= weeks.week - 364
GROUP BY weeks.week
ORDER BY week

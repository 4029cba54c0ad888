-- Deals by day and person over 28 days, as they were closed at the chosen stores. Major units, exact.
WITH
{% include "parts/scope.sql" %}
SELECT
    toString(counted.business_date) AS business_date,
    splitByChar('|', key, 2)[2] AS staff,
    sumIf(value, measure = 'deals_won') AS deals_won,
    sumIf(value, measure = 'deals_lost') AS deals_lost,
    toDecimal128(sumIf(value, measure = 'won_value'), 4) / ${per_unit} AS won_value,
    if(deals_won > 0, sumIf(value, measure = 'won_seconds') / 86400 / deals_won, NULL) AS days_to_close
FROM merged_signals AS counted
WHERE book = 'sales' AND dimension = 'store_staff' AND currency = ${currency:sqlstring}
    AND splitByChar('|', key)[1] IN (SELECT store_id FROM scope)
    AND counted.business_date BETWEEN (SELECT max(day) FROM scope) - 27 AND (SELECT max(day) FROM scope)
GROUP BY counted.business_date, staff
HAVING deals_won != 0 OR deals_lost != 0
ORDER BY business_date DESC, won_value DESC, staff
LIMIT 200

-- Contracts by day: the value that was won, and the share of contracts that falls on the day; 60 days back and 30 ahead.
-- Major units, exact.
WITH
{% include "parts/scope.sql" %}
SELECT
    toDateTime(business_date, 'UTC') AS time,
    toDecimal128(sumIf(value, measure = 'won_value'), 4) / ${per_unit} AS won_value,
    toDecimal128(sumIf(value, measure = 'recognised_revenue'), 4) / ${per_unit} AS recognised_revenue
FROM merged_signals
WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
    AND key IN (SELECT store_id FROM scope)
    AND measure IN ('won_value', 'recognised_revenue')
    AND merged_signals.business_date BETWEEN (SELECT max(day) FROM scope) - 60 AND (SELECT max(day) FROM scope) + 30
GROUP BY business_date
ORDER BY time

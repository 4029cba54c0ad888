-- Shortfalls week by week, and what they cost in the chosen currency. Major units, exact.
SELECT
    toString(toMonday(business_date)) AS week,
    toInt64(count()) AS cases,
    toInt64(countIf(cause = '')) AS without_cause,
    toDecimal128(sum(greatest(-coalesce(outcome, shortfall, 0), 0)), 4) / ${per_unit} AS cost
FROM cases FINAL
WHERE kind = 'shortfall' AND currency = ${currency:sqlstring}
    AND business_date >= toMonday(today()) - 7 * ${periods} AND {% include "parts/chosen_cases.sql" %}
GROUP BY week
ORDER BY week

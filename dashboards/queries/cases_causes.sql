-- Causes of the last weeks, priced in the chosen currency: repeated ones first. Major units, exact.
SELECT
    replaceAll(toString(cause), '_', ' ') AS cause,
    toInt64(count()) AS cases,
    toDecimal128(sum(greatest(-coalesce(outcome, shortfall, 0), 0)), 4) / ${per_unit} AS cost,
    toInt64(uniqExact(toMonday(business_date))) AS weeks_with_it
FROM cases FINAL
WHERE kind = 'shortfall' AND cause != '' AND currency = ${currency:sqlstring}
    AND business_date >= toMonday(today()) - 7 * ${periods} AND {% include "parts/chosen_cases.sql" %}
GROUP BY cause
ORDER BY weeks_with_it DESC, cost DESC, cause

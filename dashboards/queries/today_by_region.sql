-- The business date's net sales by region, a store's region being the one it has now. Major units, exact.
WITH
{% include "parts/scope.sql" %},
{% include "parts/facts.sql" %}
SELECT
    if(scope.region = '', 'no region', scope.region) AS region,
    toDecimal128(sum(facts.gross + facts.discounts + facts.reversals), 4) / ${per_unit} AS net
FROM facts
INNER JOIN scope USING (store_id)
GROUP BY region
ORDER BY net DESC, region

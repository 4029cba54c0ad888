-- The business date's figures by store, the highest net first. Money in major units, exact.
WITH
{% include "parts/scope.sql" %},
{% include "parts/facts.sql" %}
SELECT
    store_id AS store,
    any(scope.name) AS store_name,
    any(scope.region) AS region,
    toString(any(scope.day)) AS business_date,
    toDecimal128(sum(facts.gross + facts.discounts + facts.reversals), 4) / ${per_unit} AS net,
    sum(facts.orders) AS orders,
    if(sum(facts.orders) = 0, NULL, toDecimal128(sum(facts.gross + facts.discounts), 4) / ${per_unit} / sum(facts.orders)) AS aov,
    if(sum(facts.orders) = 0, NULL, sum(facts.units - facts.returned_units) / sum(facts.orders)) AS upt,
    toDecimal128(sum(facts.discounts), 4) / ${per_unit} AS discounts,
    toDecimal128(sum(facts.reversals), 4) / ${per_unit} AS reversals
FROM facts
INNER JOIN scope USING (store_id)
GROUP BY store_id
ORDER BY net DESC, store_id

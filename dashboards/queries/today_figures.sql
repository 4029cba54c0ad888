-- The business date's figures so far: one row, always. Money in major units, exact.
WITH
{% include "parts/scope.sql" %},
{% include "parts/facts.sql" %}
SELECT
    toDecimal128(sum(facts.gross + facts.discounts + facts.reversals), 4) / ${per_unit} AS net,
    toDecimal128(sum(facts.gross), 4) / ${per_unit} AS gross,
    toDecimal128(sum(facts.discounts), 4) / ${per_unit} AS discounts,
    toDecimal128(sum(facts.reversals), 4) / ${per_unit} AS reversals,
    sum(facts.orders) AS orders,
    sum(facts.units - facts.returned_units) AS net_units,
    if(sum(facts.orders) = 0, NULL, toDecimal128(sum(facts.gross + facts.discounts), 4) / ${per_unit} / sum(facts.orders)) AS aov,
    if(sum(facts.orders) = 0, NULL, sum(facts.units - facts.returned_units) / sum(facts.orders)) AS upt,
    if(sum(facts.gross) = 0, NULL, -sum(facts.discounts) / sum(facts.gross)) AS discount_share,
    if(sum(facts.gross) = 0, NULL, -sum(facts.reversals) / sum(facts.gross)) AS reversal_share
FROM facts

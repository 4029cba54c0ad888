-- The business date's figures so far: one row, always. Money in major units, exact.
WITH
    scope AS
    (
        SELECT
            store_id, name, region, cutoff_seconds, today,
            if(${date:sqlstring} = 'today', today, toDateOrZero(${date:sqlstring})) AS day,
            if(day < today, 86400, if(day > today, 0, now_second)) AS until_second
        FROM stores
        WHERE ('*' IN (${store:sqlstring}) OR store_id IN (${store:sqlstring}))
            AND ('*' IN (${region:sqlstring}) OR region IN (${region:sqlstring}))
    ),
    facts AS
    (
        SELECT business_date, key AS store_id, gross, discounts, reversals, orders, units, returned_units
        FROM totals FINAL
        WHERE '*' IN (${channel:sqlstring})
            AND book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND (business_date, key) IN (SELECT day, store_id FROM scope)
        UNION ALL
        SELECT business_date, store_id, gross, discounts, reversals, orders, units, returned_units
        FROM counted_lines
        WHERE '*' NOT IN (${channel:sqlstring}) AND channel IN (${channel:sqlstring})
            AND book = 'sales' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
    )
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

-- Where the day stands against what is usual by now and against its target, and where it will close: one row if the
-- watcher has told of the day. All stores by their common projection, one region by its own; several stores are added
-- up, and have a band and a chance only if there is one. Across all channels. Major units, exact.
WITH
    scope AS
    (
        SELECT store_id, if(${date:sqlstring} = 'today', today, toDateOrZero(${date:sqlstring})) AS day FROM stores
    ),
    (SELECT topK(1)(day)[1] FROM scope) AS main_day,
    newest AS
    (
        SELECT scope AS kind, key, argMax(tuple(actual, expected, close, low, high, target, chance, at_risk), quarter) AS told
        FROM projections FINAL
        WHERE currency = ${currency:sqlstring}
            AND business_date IN (SELECT day FROM scope)
            AND multiIf(
                '*' NOT IN (${store:sqlstring}),
                projections.scope = 'store' AND key IN (${store:sqlstring})
                    AND (business_date, key) IN (SELECT day, store_id FROM scope),
                '*' NOT IN (${region:sqlstring}),
                projections.scope = 'region' AND key IN (${region:sqlstring}) AND business_date = main_day,
                projections.scope = 'all' AND business_date = main_day)
        GROUP BY kind, key
    )
SELECT
    toDecimal128(sum(told.1), 4) / ${per_unit} AS net,
    toDecimal128(sum(told.2), 4) / ${per_unit} AS expected,
    if(sum(told.2) > 0, sum(told.1) / sum(told.2), NULL) AS pace,
    toDecimal128(sum(told.3), 4) / ${per_unit} AS close,
    if(count() = 1, toDecimal128(any(told.4), 4) / ${per_unit}, NULL) AS low,
    if(count() = 1, toDecimal128(any(told.5), 4) / ${per_unit}, NULL) AS high,
    toDecimal128(sum(told.6), 4) / ${per_unit} AS target,
    if(sum(told.6) > 0, sum(told.1) / sum(told.6), NULL) AS attainment,
    if(count() = 1, any(told.7) / 1000000, NULL) AS chance,
    toDecimal128(sum(told.8), 4) / ${per_unit} AS at_risk_money
FROM newest
HAVING count() > 0

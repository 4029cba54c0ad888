-- Net sales against targets, and how far off the close projected at noon was, by business date: all stores together,
-- the last 56 dates before today. Major units, exact; NULL where there is no target or no projection.
SELECT
    toString(business_date) AS business_date,
    toDecimal128(argMax(projections.actual, quarter), 4) / ${per_unit} AS net,
    toDecimal128(argMax(projections.target, quarter), 4) / ${per_unit} AS target,
    if(argMax(projections.target, quarter) > 0, argMax(projections.actual, quarter) / argMax(projections.target, quarter), NULL) AS attainment,
    toDecimal128(argMaxIf(projections.close, quarter, second <= 43200), 4) / ${per_unit} AS projected_at_noon,
    if(argMax(projections.actual, quarter) > 0 AND countIf(second <= 43200 AND projections.close IS NOT NULL) > 0,
        argMaxIf(projections.close, quarter, second <= 43200) / argMax(projections.actual, quarter) - 1, NULL) AS off_at_noon
FROM projections FINAL
WHERE projections.scope = 'all' AND currency = ${currency:sqlstring}
    AND projections.business_date >= today() - 56 AND projections.business_date < today()
GROUP BY projections.business_date
ORDER BY business_date

-- Team against team, and attainment of own targets, from the newest snapshots of the live leaderboards: those of the
-- chosen period kind and currency, for everyone. Money in major units, ratios as they are; NULL if not ranked so.
SELECT
    toString(ranked_by) AS ranked,
    toString(measure) AS measure,
    toInt64(rank) AS rank,
    key AS who,
    if(unit = 'millionths', NULL, toDecimal128(value, 4) / if(measure IN ('net', 'gross', 'aov'), ${per_unit}, 1)) AS amount,
    if(unit = 'millionths', value / 1000000, NULL) AS ratio,
    multiIf(moved IS NULL, 'new', moved > 0, concat('▲ ', toString(moved)), moved < 0, concat('▼ ', toString(-moved)), '=')
        AS movement,
    toString(day_state) AS state,
    as_of
FROM newest_leaderboards
WHERE audience = 'everyone' AND place > 0
    AND currency = ${currency:sqlstring} AND peers = '' AND view = 'activity'
    AND (ranked_by = 'team' OR measure = 'attainment')
    AND period = ${period:sqlstring}
    AND period_last = (SELECT max(period_last) FROM leaderboards WHERE period = ${period:sqlstring})
ORDER BY ranked, measure, rank, who
LIMIT 40

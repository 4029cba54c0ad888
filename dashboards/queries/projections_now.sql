-- The newest projection of each store, region and currency for the dates asked for; net sales in minor units.
SELECT scope, key, currency, business_date, taken_at, actual, expected, close, low, high, usual_close, adjustment,
       target, target_by_now, chance, at_risk, closed
FROM projections FINAL
WHERE business_date BETWEEN {from:Date} AND {to:Date}
ORDER BY scope, key, currency, business_date, quarter DESC
LIMIT 1 BY scope, key, currency, business_date

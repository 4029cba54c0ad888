-- How right projections were: by the hours since the cutoff, against what each day has come to by now.
-- Median absolute error and median error of the projected close, and the part of days that closed within the band; ppm.
WITH
    closes AS
    (
        SELECT dimension AS scope, key, currency, business_date, sum(gross + discounts + reversals) AS came_to
        FROM merged_totals
        WHERE book = 'sales' AND dimension IN ('store', 'region')
          AND business_date BETWEEN {from:Date} AND {to:Date}
        GROUP BY dimension, key, currency, business_date
        UNION ALL
        SELECT 'all', '', currency, business_date, sum(gross + discounts + reversals)
        FROM merged_totals
        WHERE book = 'sales' AND dimension = 'store' AND business_date BETWEEN {from:Date} AND {to:Date}
        GROUP BY currency, business_date
    ),
    first_of_hour AS
    (
        SELECT scope, key, currency, business_date, intDiv(second, 3600) AS hour,
               argMin(close, quarter) AS projected, argMin(low, quarter) AS lower, argMin(high, quarter) AS upper
        FROM projections FINAL
        WHERE business_date BETWEEN {from:Date} AND {to:Date} AND close IS NOT NULL AND NOT closed
        GROUP BY scope, key, currency, business_date, hour
    )
SELECT
    scope,
    hour,
    count() AS days,
    toInt64(round(quantileExactInclusive(0.5)(abs(assumeNotNull(projected) - came_to) * 1000000 / came_to))) AS error_ppm,
    toInt64(round(quantileExactInclusive(0.5)((assumeNotNull(projected) - came_to) * 1000000 / came_to))) AS bias_ppm,
    if(countIf(lower IS NOT NULL) = 0, NULL,
       intDiv(1000000 * countIf(lower <= came_to AND came_to <= upper), countIf(lower IS NOT NULL))) AS inside_ppm
FROM first_of_hour
INNER JOIN closes USING (scope, key, currency, business_date)
WHERE came_to > 0
GROUP BY scope, hour
ORDER BY scope, hour

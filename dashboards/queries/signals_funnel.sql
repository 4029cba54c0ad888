-- The funnel so far, step by step: sessions that reached it, the part of the step before that went on, that part on the
-- usual day (median of the same weekday in the eight weeks before, up to the same time of day), and the difference.
{% set dimension = "store_quarter" %}
WITH
{% include "parts/scope.sql" %},
{% include "parts/signals_so_far.sql" %},
    ['sessions', 'product_views', 'carts', 'checkouts', 'purchases'] AS steps,
    days AS
    (
        SELECT back, sumForEach(arrayMap(step -> if(measure = step, value, toInt64(0)), steps)) AS reached
        FROM so_far
        WHERE has(steps, measure)
        GROUP BY back
    )
SELECT
    ['visit', 'product view', 'cart', 'checkout', 'purchase'][number] AS step,
    toInt64(sumIf(reached[number], back = 0)) AS reached_step,
    if(number > 1 AND sumIf(reached[number - 1], back = 0) > 0,
        sumIf(reached[number], back = 0) / sumIf(reached[number - 1], back = 0), NULL) AS went_on,
    if(number > 1 AND countIf(back > 0 AND reached[number - 1] > 0) > 0,
        quantileExactInclusiveIf(0.5)(reached[number] / reached[number - 1], back > 0 AND reached[number - 1] > 0), NULL)
        AS usually_went_on,
    went_on - usually_went_on AS against_usual
FROM
(
    SELECT toUInt16(back) AS back, reached
    FROM days
    UNION ALL
    SELECT toUInt16(0) AS back, arrayMap(step -> toInt64(0), steps) AS reached
)
ARRAY JOIN [1, 2, 3, 4, 5] AS number
GROUP BY number
ORDER BY number

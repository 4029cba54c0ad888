-- Points of the last 28 days by programme and whoever earned them: confirmed, and pending while returns may come.
SELECT
    any(title) AS earned_for,
    if(any(JSONExtractString(document, 'name')) != '', any(JSONExtractString(document, 'name')), key) AS who,
    toInt64(sumIf(quantity, status = 'confirmed')) AS confirmed_points,
    toInt64(sumIf(quantity, status = 'pending')) AS pending_points,
    toInt64(sumIf(quantity - confirmed, status = 'confirmed')) AS corrected_points
FROM public_awards
WHERE how = 'points' AND currency = ${currency:sqlstring} AND last > today() - 28
GROUP BY programme_id, key
ORDER BY programme_id, confirmed_points + pending_points DESC, who
LIMIT 100

-- Points by programme and whoever earned them, of all periods that end between two days.
SELECT
    programme_id,
    any(title) AS title,
    toString(any(who)) AS of_whom,
    key,
    any(JSONExtractString(document, 'name')) AS name,
    toInt64(sumIf(quantity, status = 'confirmed')) AS confirmed,
    toInt64(sumIf(quantity, status = 'pending')) AS pending
FROM awards FINAL
WHERE how = 'points' AND status != 'withdrawn' AND last BETWEEN {first:Date} AND {last:Date}
    AND ({own:String} = '' OR key = {own:String})
GROUP BY programme_id, key
ORDER BY programme_id, confirmed + pending DESC, key
LIMIT {limit:UInt32}

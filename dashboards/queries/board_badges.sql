-- What everyone may know that somebody was given in the last seven days, by who they are; no points.
SELECT toString(who), key, arraySort(groupUniqArray(if(label = '', title, label)))
FROM awards FINAL
WHERE status != 'withdrawn' AND how != 'points' AND public_at IS NOT NULL
    AND public_at BETWEEN fromUnixTimestamp64Milli({since_ms:Int64}) AND fromUnixTimestamp64Milli({now_ms:Int64})
GROUP BY who, key

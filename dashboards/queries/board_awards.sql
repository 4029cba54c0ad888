-- Awards since a day that are not taken back: those that everyone may see by now, and all of one person's own.
SELECT document
FROM awards FINAL
WHERE status != 'withdrawn' AND how != 'points' AND decided_at >= fromUnixTimestamp64Milli({since_ms:Int64})
    AND ({own:String} = '' OR key = {own:String})
    AND ({own:String} != '' OR (public_at IS NOT NULL AND public_at <= fromUnixTimestamp64Milli({now_ms:Int64})))
ORDER BY coalesce(public_at, decided_at) DESC, title, place, key
LIMIT {limit:UInt32}

-- Alerts that are not over, and those resolved since an instant; of all scopes, or only of given stores' own.
SELECT document
FROM alerts FINAL
WHERE (state IN ('firing', 'acknowledged', 'silenced')
        OR (state = 'resolved' AND times_fired > 0 AND updated_at >= fromUnixTimestamp64Milli({since_ms:Int64})))
    AND ({every:Bool} OR store_id IN {stores:Array(String)})
ORDER BY indexOf(['firing', 'acknowledged', 'silenced', 'resolved'], state), updated_at DESC, dedup_key
LIMIT {limit:UInt32}

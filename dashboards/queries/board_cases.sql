-- Cases that are open, and those closed since an instant; of all scopes, or only of given stores' own.
SELECT document
FROM cases FINAL
WHERE (state = 'open' OR closed_at >= fromUnixTimestamp64Milli({since_ms:Int64}))
    AND ({every:Bool} OR store_id IN {stores:Array(String)})
ORDER BY state = 'closed', coalesce(outcome, shortfall, 0), opened_at DESC, case_id
LIMIT {limit:UInt32}

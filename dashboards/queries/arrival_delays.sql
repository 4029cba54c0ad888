-- From the sale to the log, of what was recorded since an instant: median, 99th percentile (seconds), events.
SELECT
    quantileExact(0.5)(delay) AS median_seconds,
    quantileExact(0.99)(delay) AS p99_seconds,
    count() AS all_events
FROM
(
    SELECT any(greatest(date_diff('second', occurred_at, recorded_at), 0)) AS delay
    FROM lines
    WHERE business_date IN {dates:Array(Date)}
        AND store_id IN {stores:Array(String)}
        AND recorded_at >= fromUnixTimestamp64Milli({since_ms:Int64})
    GROUP BY epoch, partition, offset
)

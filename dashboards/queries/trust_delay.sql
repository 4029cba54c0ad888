-- Seconds from the till to the log, by when the log took the event: the median and what nineteen of twenty stay
-- below. Events without a readable time are left out; a till whose clock is ahead counts as no delay.
SELECT
    $__timeInterval(recorded_at) AS time,
    quantile(0.5)(delay) AS median_delay,
    quantile(0.95)(delay) AS p95_delay,
    toInt64(count()) AS events
FROM
(
    SELECT recorded_at, greatest(toFloat64(recorded_at) - toFloat64(assumeNotNull(occurred_at)), 0) AS delay
    FROM events
    WHERE $__timeFilter(recorded_at) AND occurred_at IS NOT NULL
        AND ('*' IN (${store:sqlstring}) OR store_id IN (${store:sqlstring}))
)
GROUP BY time
ORDER BY time

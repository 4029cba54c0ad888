-- Events by when the log took them, and what became of them: received = counted + duplicates + dead letters.
WITH
    arrived AS
    (
        SELECT DISTINCT epoch, partition, offset, recorded_at
        FROM events
        WHERE $__timeFilter(recorded_at)
    )
SELECT
    $__timeInterval(recorded_at) AS time,
    toInt64(countIf(why.outcome IN ('', 'replaced'))) AS counted,
    toInt64(countIf(why.outcome IN ('duplicate', 'superseded'))) AS duplicates,
    toInt64(countIf(why.outcome = 'dead')) AS dead
FROM arrived
LEFT JOIN
(
    SELECT epoch, partition, offset, toString(outcome) AS outcome
    FROM outcomes FINAL
    WHERE (epoch, partition, offset) IN (SELECT epoch, partition, offset FROM arrived)
) AS why USING (epoch, partition, offset)
GROUP BY time
ORDER BY time

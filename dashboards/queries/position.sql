-- How far the count is, over all partitions. Superseded snapshots are published among the duplicates. A position
-- that is told before the first event has no time.
SELECT
    sum(received) AS all_received,
    sum(counted) AS all_counted,
    sum(duplicates + superseded) AS all_duplicates,
    sum(dead) AS all_dead,
    nullIf(toUnixTimestamp64Milli(max(recorded_at)), 0) AS newest_recorded_ms
FROM positions FINAL

-- How far the count is, over all partitions. Superseded snapshots are published among the duplicates.
SELECT
    sum(received) AS all_received,
    sum(counted) AS all_counted,
    sum(duplicates + superseded) AS all_duplicates,
    sum(dead) AS all_dead,
    if(count() = 0, NULL, toUnixTimestamp64Milli(max(recorded_at))) AS newest_recorded_ms
FROM positions FINAL

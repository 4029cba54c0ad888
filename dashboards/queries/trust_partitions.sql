-- Each partition: how far it is counted, what became of what it received, and whether that adds up.
SELECT
    toInt64(positions.partition) AS partition,
    toInt64(positions.received) AS received,
    toInt64(positions.counted) AS counted,
    toInt64(positions.duplicates + positions.superseded) AS duplicates,
    toInt64(positions.dead) AS dead,
    received - counted - duplicates - dead AS differing,
    greatest(toInt64(raw.next_offset) - toInt64(positions.next_offset), 0) AS behind,
    toFloat64(now64(3)) - toFloat64(positions.recorded_at) AS checkpoint_age
FROM positions FINAL
LEFT JOIN
(
    SELECT partition, epoch, max(offset) + 1 AS next_offset
    FROM events
    WHERE epoch IN (SELECT max(epoch) FROM positions)
    GROUP BY partition, epoch
) AS raw USING (partition, epoch)
ORDER BY partition

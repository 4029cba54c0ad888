-- How many events are written and not counted yet, over all partitions, and when the newest of all came (ms).
SELECT
    sum(greatest(toInt64(newest.next_offset) - toInt64(counted.next_offset), 0)) AS waiting,
    max(newest.recorded_ms) AS newest_written_ms
FROM
(
    SELECT partition, max(offset) + 1 AS next_offset, toUnixTimestamp64Milli(max(recorded_at)) AS recorded_ms
    FROM events
    WHERE epoch = (SELECT max(epoch) FROM events)
    GROUP BY partition
) AS newest
LEFT JOIN
(
    SELECT partition, next_offset
    FROM positions FINAL
    WHERE epoch = (SELECT max(epoch) FROM events)
) AS counted ON counted.partition = newest.partition

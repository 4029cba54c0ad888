-- Dead letters since an instant by reason and by who sent them, most first. A source is unknown ('') where the
-- event could not be read so far.
SELECT
    letters.reason AS reason,
    raw.source AS source,
    count() AS letters_count,
    countIf(letters.replayable = 1) AS replayable_count,
    toUnixTimestamp64Milli(max(letters.recorded_at)) AS newest_ms
FROM
(
    SELECT epoch, partition, offset, reason, replayable, recorded_at
    FROM dead_letters FINAL
    WHERE recorded_at >= fromUnixTimestamp64Milli({since_ms:Int64})
) AS letters
LEFT JOIN
(
    SELECT epoch, partition, offset, source
    FROM events FINAL
    WHERE (epoch, partition, offset) IN
    (
        SELECT epoch, partition, offset
        FROM dead_letters
        WHERE recorded_at >= fromUnixTimestamp64Milli({since_ms:Int64})
    )
) AS raw ON raw.epoch = letters.epoch AND raw.partition = letters.partition AND raw.offset = letters.offset
GROUP BY reason, source
ORDER BY letters_count DESC, reason, source
LIMIT {limit:UInt32}

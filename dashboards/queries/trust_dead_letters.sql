-- Dead letters of the window by reason and producer; the producer is unknown where nothing could be read.
WITH
    arrived AS
    (
        SELECT epoch, partition, offset, reason, replayable, recorded_at
        FROM dead_letters FINAL
        WHERE $__timeFilter(recorded_at)
    )
SELECT
    toString(arrived.reason) AS reason,
    if(raw.source = '', 'unreadable', raw.source) AS producer,
    toInt64(count()) AS dead_letters,
    toInt64(countIf(arrived.replayable = 1)) AS replayable,
    max(arrived.recorded_at) AS newest,
    argMax(concat(toString(epoch), '-', toString(partition), '-', toString(offset)), arrived.recorded_at) AS newest_id
FROM arrived
LEFT JOIN
(
    SELECT epoch, partition, offset, source
    FROM events FINAL
    WHERE (epoch, partition, offset) IN (SELECT epoch, partition, offset FROM arrived)
) AS raw USING (epoch, partition, offset)
GROUP BY reason, producer
ORDER BY dead_letters DESC, reason, producer
LIMIT 100

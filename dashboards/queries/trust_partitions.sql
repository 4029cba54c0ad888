-- Each partition: how far it is counted, what became of what it received, and whether that adds up.
SELECT
    toInt64(partition) AS partition,
    toInt64(positions.received) AS received,
    toInt64(positions.counted) AS counted,
    toInt64(positions.duplicates + positions.superseded) AS duplicates,
    toInt64(positions.dead) AS dead,
    received - counted - duplicates - dead AS differing,
    greatest(toInt64(raw.next_offset) - toInt64(positions.next_offset), 0) AS behind,
    if(positions.version = 0, NULL, toFloat64(now64(3)) - toFloat64(positions.recorded_at)) AS checkpoint_age
{% include "parts/positions_and_log.sql" %}
ORDER BY partition

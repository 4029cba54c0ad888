-- How fresh the figures are: one row, always. Ages in seconds. `behind` are events that ClickHouse has and the
-- totals have not counted yet; `differing` how far received and counted + duplicates + dead letters are apart.
SELECT
    if(max(positions.recorded_at) = 0, NULL, max(positions.recorded_at)) AS newest_counted,
    if(max(raw.written_at) = 0, NULL, max(raw.written_at)) AS newest_written,
    toFloat64(now64(3)) - toFloat64(newest_counted) AS newest_age,
    if(countIf(positions.version > 0) = 0, NULL,
        toFloat64(now64(3)) - toFloat64(minIf(positions.recorded_at, positions.version > 0))) AS checkpoint_age,
    sum(greatest(toInt64(raw.next_offset) - toInt64(positions.next_offset), 0)) AS behind,
    toInt64(sum(positions.received)) AS received,
    toInt64(sum(positions.counted)) AS counted,
    toInt64(sum(positions.duplicates + positions.superseded)) AS duplicates,
    toInt64(sum(positions.dead)) AS dead,
    received - counted - duplicates - dead AS differing
{% include "parts/positions_and_log.sql" %}

-- Seconds since the log took the newest counted event, or 0 at an hour of the week's days at which there usually are
-- none: events came within the last hour before this time of day on fewer than four of the seven days before.
WITH
    (
        SELECT count()
        FROM
        (
            SELECT DISTINCT intDiv(toUnixTimestamp(now()) - toUnixTimestamp(recorded_at), 86400) AS days_ago
            FROM events
            WHERE recorded_at >= now() - INTERVAL 8 DAY
                AND (toUnixTimestamp(now()) - toUnixTimestamp(recorded_at)) % 86400 < 3600
        )
        WHERE days_ago BETWEEN 1 AND 7
    ) AS days_with_sales
SELECT if(days_with_sales >= 4, greatest(toFloat64(now64(3)) - toFloat64(max(recorded_at)), 0), 0) AS seconds
FROM positions FINAL

-- The notification log of the last two days: who was told what, why, and what came of it.
SELECT
    notifications.decided_at AS decided_at,
    toString(receiver) AS receiver,
    toString(notifications.reason) AS reason,
    toString(status) AS status,
    toInt64(attempts) AS attempts,
    if(reason = 'report', any(group_key),
        arrayStringConcat(arrayFilter(title -> title != '', groupUniqArray(alerts.title)), '; ')) AS about,
    notifications.error AS error
FROM
(
    SELECT *, arrayJoin(arrayConcat(firing, acknowledged, resolved, [''])) AS dedup_key
    FROM notifications FINAL
    WHERE decided_at >= now() - INTERVAL 2 DAY
) AS notifications
LEFT JOIN (SELECT dedup_key, title FROM alerts FINAL) AS alerts USING (dedup_key)
GROUP BY notification_id, decided_at, receiver, reason, status, attempts, error
ORDER BY decided_at DESC, receiver
LIMIT 100

-- Tills and terminals that give signs of life: when each gave its last, to the quarter hour, and its faults of the
-- business date. Seconds.
{% set dimension = "store_quarter_label" %}
WITH
{% include "parts/scope.sql" %},
    beats AS
    (
        SELECT splitByChar('|', key)[1] AS store_id, splitByChar('|', key, 3)[3] AS till,
            toUInt32OrZero(splitByChar('|', key)[2]) AS quarter, value
        FROM merged_signals
        WHERE book = 'sales' AND dimension = 'store_quarter_label' AND measure = 'heartbeats'
            AND business_date >= (SELECT min(day) FROM scope) - 7
    )
SELECT
    toString(beats.store_id) AS store,
    beats.till AS till,
    toDateTime(max(beats.quarter) + 900, 'UTC') AS alive_until,
    greatest(toInt64(toUnixTimestamp(now())) - toInt64(max(beats.quarter)) - 900, 0) AS silent_for
FROM beats
INNER JOIN scope ON scope.store_id = beats.store_id
WHERE beats.value > 0
GROUP BY store, till
ORDER BY silent_for DESC, store, till
LIMIT 100

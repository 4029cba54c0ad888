-- Counted events of given stores and business dates that the log took long after they occurred. Minor units, seconds.
SELECT
    store_id,
    currency,
    uniqExact(epoch, partition, offset) AS late_events,
    sum(gross + discounts + reversals) AS net,
    max(date_diff('second', occurred_at, recorded_at)) AS longest_seconds
FROM counted_lines
WHERE book = 'sales'
    AND business_date IN {dates:Array(Date)}
    AND store_id IN {stores:Array(String)}
    AND date_diff('second', occurred_at, recorded_at) >= {late_seconds:UInt32}
GROUP BY store_id, currency
ORDER BY late_events DESC, store_id, currency
LIMIT {limit:UInt32}

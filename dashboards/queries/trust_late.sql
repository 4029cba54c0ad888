-- Events of the window that the log took more than an hour after they had happened, by store: a till that was
-- offline, an import, a clock that is wrong. Money in major units, exact; delays in seconds.
SELECT
    toString(store_id) AS store,
    toString(currency) AS currency,
    toInt64(uniqExact(epoch, partition, offset)) AS late_events,
    toDecimal128(sum(gross + discounts + reversals), 4) / ${per_unit} AS net,
    toInt64(uniqExact(business_date)) AS business_dates,
    toString(min(business_date)) AS oldest_business_date,
    max(toFloat64(recorded_at) - toFloat64(occurred_at)) AS longest_delay
FROM counted_lines
WHERE $__timeFilter(recorded_at)
    AND recorded_at > occurred_at + INTERVAL 1 HOUR
    AND book = 'sales' AND ('*' IN (${currency:sqlstring}) OR currency IN (${currency:sqlstring}))
    AND store_id IN
    (
        SELECT store_id
        FROM stores
{% include "parts/chosen_stores.sql" %}
    )
GROUP BY store, currency
ORDER BY late_events DESC, store, currency
LIMIT 100

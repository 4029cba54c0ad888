-- Tills that sell in this hour of the day on most days, and how long they have been silent against their usual
-- gap between two sales of one day: the last seven days of each store's own clock. Seconds.
WITH
    scope AS
    (
        SELECT store_id, name, offset_seconds, today, now_second
        FROM stores
{% include "parts/chosen_stores.sql" %}
    ),
    sales AS
    (
        SELECT
            store_id,
            till_id,
            business_date,
            arraySort(groupUniqArray(toUnixTimestamp(occurred_at))) AS moments
        FROM lines
        WHERE book = 'sales' AND business_date >= today() - 8 AND till_id != ''
            AND store_id IN (SELECT store_id FROM scope) AND orders > 0
        GROUP BY store_id, till_id, business_date
    ),
    tills AS
    (
        SELECT
            sales.store_id AS store_id,
            sales.till_id AS till_id,
            any(scope.name) AS store_name,
            max(sales.moments[-1]) AS last_moment,
            quantileArray(0.5)(arrayPopFront(arrayDifference(sales.moments))) AS usual_gap,
            countIf(sales.business_date < scope.today AND arrayExists(
                moment -> toInt64(moment) + scope.offset_seconds - toUnixTimestamp(toDateTime(sales.business_date, 'UTC'))
                    BETWEEN scope.now_second - 3600 AND scope.now_second, sales.moments)) AS days_selling_now
        FROM sales
        INNER JOIN scope USING (store_id)
        GROUP BY sales.store_id, sales.till_id
    )
SELECT
    toString(store_id) AS store,
    till_id AS till,
    toInt64(toUnixTimestamp(now())) - toInt64(last_moment) AS silent_for,
    usual_gap,
    if(usual_gap > 0, silent_for / usual_gap, NULL) AS times_usual,
    toInt64(days_selling_now) AS days_selling_now
FROM tills
WHERE days_selling_now >= 4
ORDER BY times_usual DESC, store, till
LIMIT 50

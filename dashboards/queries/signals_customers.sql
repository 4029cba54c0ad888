-- Customers who are known by an opaque reference, over the 28 days up to the business date: how many bought, for the first
-- time or again, what part of them bought more than once, and the mean days between two orders of one. One row, always.
WITH
{% include "parts/scope.sql" %},
    (SELECT max(day) FROM scope) AS last_day,
    bought AS
    (
        SELECT customer, arraySort(groupUniqArray((occurred_at, order_id))) AS orders_of, min(business_date) AS first_date,
            arraySort(arrayMap(each -> each.1, orders_of)) AS moments,
            countIf(business_date > last_day - 28) AS lines_lately,
            uniqExactIf(order_id, business_date > last_day - 28) AS orders_lately
        FROM counted_lines
        WHERE book = 'sales' AND customer != '' AND orders > 0 AND business_date <= last_day
            AND store_id IN (SELECT store_id FROM scope)
            AND ('*' IN (${channel:sqlstring}) OR channel IN (${channel:sqlstring}))
        GROUP BY customer
    )
SELECT
    count() AS customers,
    countIf(first_date > last_day - 28) AS new_customers,
    customers - new_customers AS returning_customers,
    if(customers > 0, countIf(orders_lately > 1 OR first_date <= last_day - 28) / customers, NULL) AS repeat_rate,
    if(sum(length(moments) - 1) > 0,
        sum(dateDiff('second', moments[1], moments[-1])) / 86400 / sum(length(moments) - 1), NULL) AS days_between_orders
FROM bought
WHERE lines_lately > 0

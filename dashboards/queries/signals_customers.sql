-- Customers who are known by an opaque reference, over the 28 days up to the business date: how many bought, for the first
-- time or again, what part of them bought more than once, and the mean days between two orders of one. One row, always.
-- Orders lie a second time by customer (the projection `bought`), where a repeated insert may not be folded away yet: each
-- order counts once by itself. Customers go by 64 bits of a hash, and only those of the 28 days are looked at.
WITH
{% include "parts/scope.sql" %},
    (SELECT max(day) FROM scope) AS last_day,
    bought AS
    (
        SELECT
            cityHash64(customer) AS customer_hash, min(business_date) AS first_date, max(business_date) AS last_date,
            uniqExact(cityHash64(occurred_at, order_id)) AS orders_ever,
            dateDiff('second', min(occurred_at), max(occurred_at)) AS seconds_between
        FROM lines
        PREWHERE orders > 0 AND customer != '' AND cityHash64(customer) IN
        (
            SELECT cityHash64(customer)
            FROM lines
            WHERE orders > 0 AND customer != '' AND business_date > last_day - 28 AND business_date <= last_day
        )
        WHERE book = 'sales' AND business_date <= last_day
            AND store_id IN (SELECT store_id FROM scope)
            AND ('*' IN (${channel:sqlstring}) OR channel IN (${channel:sqlstring}))
            AND (epoch, partition, offset) NOT IN (SELECT epoch, partition, offset FROM outcomes)
        GROUP BY customer_hash
        HAVING last_date > last_day - 28
    )
SELECT
    count() AS customers,
    countIf(first_date > last_day - 28) AS new_customers,
    customers - new_customers AS returning_customers,
    if(customers > 0, countIf(orders_ever > 1) / customers, NULL) AS repeat_rate,
    if(sum(orders_ever - 1) > 0, sum(seconds_between) / 86400 / sum(orders_ever - 1), NULL) AS days_between_orders
FROM bought

-- What has changed on business days since they closed, `grace_hours` after the end of the store's day: the last 35
-- dates. A newer version of an order takes back the lines of the older one. Major units, exact.
WITH
    clock AS
    (
        SELECT store_id, offset_seconds, toDateTime(toUnixTimestamp(starts_at) + if(starts_at = 0, 0, offset_seconds), 'UTC') AS wall
        FROM clocks
    ),
    days AS
    (
        SELECT
            pairs.store_id AS store_id,
            pairs.business_date AS business_date,
            toDateTime64(toUnixTimestamp(pairs.ends) - clock.offset_seconds + ${grace_hours} * 3600, 3, 'UTC') AS closes_at
        FROM
        (
            SELECT DISTINCT store_id, business_date, toDateTime(business_date + 1, 'UTC') AS ends
            FROM totals
            WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
                AND business_date >= today() - 35
        ) AS pairs
        ASOF LEFT JOIN clock ON clock.store_id = pairs.store_id AND clock.wall <= pairs.ends
    ),
    late AS
    (
        SELECT business_date, store_id, closes_at, epoch, partition, offset, recorded_at, type, source, order_id, net
        FROM
        (
            SELECT business_date, store_id, epoch, partition, offset, recorded_at, type, source, order_id,
                gross + discounts + reversals AS net
            FROM lines FINAL
            WHERE book = 'sales' AND currency = ${currency:sqlstring} AND business_date >= today() - 35
                AND recorded_at > toDateTime(business_date, 'UTC') + INTERVAL 10 HOUR
                AND (epoch, partition, offset) NOT IN
                    (SELECT epoch, partition, offset FROM outcomes WHERE outcome != 'replaced')
        ) AS suspects
        INNER JOIN days USING (store_id, business_date)
        WHERE recorded_at > closes_at
    ),
    followed AS
    (
        SELECT epoch, partition, offset,
            leadInFrame(toNullable(recorded_at)) OVER (
                PARTITION BY source, order_id ORDER BY epoch, partition, offset
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS next_at
        FROM
        (
            SELECT DISTINCT epoch, partition, offset, recorded_at, source, order_id
            FROM lines FINAL
            WHERE type = 'order.snapshot' AND business_date >= today() - 42
                AND (source, order_id) IN (SELECT source, order_id FROM late WHERE type = 'order.snapshot')
                AND (epoch, partition, offset) NOT IN
                    (SELECT epoch, partition, offset FROM outcomes WHERE outcome != 'replaced')
        )
    )
SELECT
    toString(business_date) AS business_date,
    toString(store_id) AS store,
    toInt64(uniqExact(epoch, partition, offset)) AS events,
    toDecimal128(sum(net), 4) / ${per_unit} AS net_since_close,
    max(changed_at) AS newest
FROM
(
    SELECT business_date, store_id, epoch, partition, offset, recorded_at AS changed_at, net FROM late
    UNION ALL
    SELECT lines.business_date, lines.store_id, lines.epoch, lines.partition, lines.offset, assumeNotNull(followed.next_at),
        -(lines.gross + lines.discounts + lines.reversals)
    FROM lines FINAL
    INNER JOIN followed ON followed.epoch = lines.epoch AND followed.partition = lines.partition
        AND followed.offset = lines.offset
    INNER JOIN days ON days.store_id = lines.store_id AND days.business_date = lines.business_date
    WHERE lines.book = 'sales' AND lines.currency = ${currency:sqlstring} AND lines.business_date >= today() - 35
        AND followed.next_at > days.closes_at
) AS changes
GROUP BY changes.business_date, changes.store_id
HAVING net_since_close != 0 OR events > 0
ORDER BY business_date DESC, store
LIMIT 200

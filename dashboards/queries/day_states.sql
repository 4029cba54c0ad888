-- Each store's business dates from {from:Date} to {to:Date}: closed or provisional, net when they closed, and what has
-- changed since, exactly as `daybook days list` has it. A day closes {grace_seconds:UInt32} after its end. Minor units.
WITH
    never AS (SELECT epoch, partition, offset FROM outcomes FINAL WHERE outcome != 'replaced'),
    counted AS
    (
        SELECT business_date, store_id, currency, epoch, partition, offset, recorded_at,
            sum(gross + discounts + reversals) AS net
        FROM lines FINAL
        WHERE book = 'sales' AND business_date BETWEEN {from:Date} AND {to:Date}
            AND (epoch, partition, offset) NOT IN never
        GROUP BY business_date, store_id, currency, epoch, partition, offset, recorded_at
    ),
    -- An order's older snapshot counted until a newer one replaced it.
    snapshots AS
    (
        SELECT DISTINCT epoch, partition, offset, recorded_at, source, order_id
        FROM lines FINAL
        WHERE type = 'order.snapshot' AND (epoch, partition, offset) NOT IN never
            AND (source, order_id) IN
            (
                SELECT source, order_id FROM lines
                WHERE type = 'order.snapshot' AND business_date BETWEEN {from:Date} AND {to:Date}
            )
    ),
    followed AS
    (
        SELECT epoch, partition, offset,
            leadInFrame(toNullable(recorded_at)) OVER (
                PARTITION BY source, order_id ORDER BY epoch, partition, offset
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS next_at
        FROM snapshots
    ),
    arrived AS
    (
        SELECT business_date, store_id, currency, recorded_at AS at, net FROM counted
        UNION ALL
        SELECT business_date, store_id, currency, assumeNotNull(next_at) AS at, -net AS net
        FROM counted INNER JOIN followed USING (epoch, partition, offset)
        WHERE next_at IS NOT NULL
    ),
    -- The end of a date on each store's own clock is midnight there, less the offset in force then.
    closing AS
    (
        SELECT store_id, business_date,
            argMax(midnight - offset_seconds, starts_at) + {grace_seconds:UInt32} AS closes
        FROM
        (
            SELECT d.store_id AS store_id, d.business_date AS business_date, c.offset_seconds AS offset_seconds,
                c.starts_at AS starts_at, toInt64(toUnixTimestamp(toDateTime(d.business_date + 1, 'UTC'))) AS midnight
            FROM (SELECT DISTINCT store_id, business_date FROM counted) AS d
            INNER JOIN clocks AS c ON c.store_id = d.store_id
            WHERE toInt64(toUnixTimestamp(c.starts_at)) + c.offset_seconds <= midnight
        )
        GROUP BY store_id, business_date
    )
SELECT
    business_date,
    store_id,
    currency,
    closes AS closes_at,
    if(closes <= toUnixTimestamp(now()), 'closed', 'provisional') AS state,
    toInt64(sum(net)) AS net_now,
    toInt64(sumIf(net, toUnixTimestamp64Milli(at) > 1000 * closes AND state = 'closed')) AS since,
    net_now - since AS net_at_close
FROM arrived
INNER JOIN closing USING (store_id, business_date)
GROUP BY business_date, store_id, currency, closes
ORDER BY business_date DESC, store_id, currency

-- What has changed on business days since they closed, `grace_hours` after the end of the store's day: the last 35
-- dates. A newer version of an order takes back the lines of the older one. Major units, exact.
WITH
    dates AS
    (
        SELECT DISTINCT store_id, business_date
        FROM totals
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND business_date >= today() - 35
    ),
{% include "parts/closing.sql" %},
    -- Seconds from a date's first in UTC to the soonest close of any store: what came before is passed over at once.
    (SELECT min(toUnixTimestamp(closes_at) - toUnixTimestamp(toDateTime(business_date, 'UTC'))) FROM closing) AS soonest,
    -- The lines that came so late, repeated inserts folded away by their place.
    suspects AS
    (
        SELECT DISTINCT business_date, store_id, epoch, partition, offset, line_no, recorded_at, type,
            gross + discounts + reversals AS net
        FROM lines
        WHERE business_date >= today() - 35 AND book = 'sales' AND currency = ${currency:sqlstring}
            AND recorded_at > toDateTime(business_date, 'UTC') + assumeNotNull(soonest)
    ),
    late AS
    (
        SELECT suspects.*
        FROM suspects
        INNER JOIN closing USING (store_id, business_date)
        WHERE suspects.recorded_at > closing.closes_at
            AND (epoch, partition, offset) NOT IN
                (SELECT epoch, partition, offset FROM outcomes WHERE outcome != 'replaced')
    ),
    -- An order's snapshots in the order in which they came: each counted until the next one replaced it.
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
            FROM lines
            WHERE type = 'order.snapshot' AND business_date >= today() - 42
                AND (source, order_id) IN
                (
                    SELECT source, order_id
                    FROM lines
                    WHERE type = 'order.snapshot' AND business_date >= today() - 35
                        AND (epoch, partition, offset) IN
                            (SELECT epoch, partition, offset FROM suspects WHERE type = 'order.snapshot')
                )
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
    INNER JOIN closing ON closing.store_id = lines.store_id AND closing.business_date = lines.business_date
    WHERE lines.book = 'sales' AND lines.currency = ${currency:sqlstring} AND lines.business_date >= today() - 35
        AND lines.type = 'order.snapshot' AND followed.next_at > closing.closes_at
) AS changes
GROUP BY changes.business_date, changes.store_id
HAVING net_since_close != 0 OR events > 0
ORDER BY business_date DESC, store
LIMIT 200

-- What has changed on business days since they closed, `grace_hours` after the end of the store's day: the last 35
-- dates. A newer version of an order takes back the lines of the older one. Major units, exact.
WITH
    -- No totals are read for this: all stores on all these dates are few.
    dates AS
    (
        SELECT store_id, today() + 1 - back AS business_date
        FROM (SELECT DISTINCT store_id FROM clocks)
        ARRAY JOIN range(37) AS back
    ),
{% include "parts/closing.sql" %},
    -- Seconds from a date's first in UTC to the soonest close of any store: what came before is passed over at once.
    (SELECT toInt64(86400 - max(offset_seconds) + ${grace_hours} * 3600) FROM clocks) AS soonest,
    -- The lines that came so late, by the projection of that order; repeated inserts are folded away by their place.
    suspects AS
    (
        SELECT business_date, store_id, epoch, partition, offset, line_no, any(recorded_at) AS changed_at,
            any(gross + discounts + reversals) AS net
        FROM lines
        WHERE business_date >= today() - 35 AND book = 'sales' AND currency = ${currency:sqlstring}
            AND toUnixTimestamp(recorded_at) - toUnixTimestamp(toDateTime(business_date, 'UTC')) > assumeNotNull(soonest)
        GROUP BY business_date, store_id, epoch, partition, offset, line_no
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
                        AND toUnixTimestamp(recorded_at) - toUnixTimestamp(toDateTime(business_date, 'UTC'))
                            > assumeNotNull(soonest)
                )
                AND (epoch, partition, offset) NOT IN
                    (SELECT epoch, partition, offset FROM outcomes WHERE outcome != 'replaced')
        )
    )
SELECT
    toString(changes.business_date) AS business_date,
    toString(changes.store_id) AS store,
    toInt64(uniqExact(epoch, partition, offset)) AS events,
    toDecimal128(sum(net), 4) / ${per_unit} AS net_since_close,
    max(changed_at) AS newest
FROM
(
    SELECT business_date, store_id, epoch, partition, offset, changed_at, net
    FROM suspects
    WHERE (epoch, partition, offset) NOT IN
    (
        SELECT epoch, partition, offset
        FROM outcomes
        WHERE outcome != 'replaced' AND (epoch, partition, offset) IN (SELECT epoch, partition, offset FROM suspects)
    )
    UNION ALL
    SELECT versions.business_date, versions.store_id, versions.epoch, versions.partition, versions.offset,
        assumeNotNull(followed.next_at), -versions.net
    FROM
    (
        SELECT DISTINCT business_date, store_id, epoch, partition, offset, line_no, gross + discounts + reversals AS net
        FROM lines
        WHERE type = 'order.snapshot' AND business_date >= today() - 35 AND book = 'sales'
            AND currency = ${currency:sqlstring}
    ) AS versions
    INNER JOIN followed ON followed.epoch = versions.epoch AND followed.partition = versions.partition
        AND followed.offset = versions.offset
    WHERE followed.next_at IS NOT NULL
) AS changes
INNER JOIN closing USING (store_id, business_date)
WHERE changes.changed_at > closing.closes_at
GROUP BY changes.business_date, changes.store_id
HAVING net_since_close != 0 OR events > 0
ORDER BY business_date DESC, store
LIMIT 200

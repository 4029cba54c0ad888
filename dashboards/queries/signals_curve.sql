-- Sales and signals of the business date by quarter hour of the stores' wall clocks, side by side. `time` lies on the day
-- on which the board's window begins. Net in major units, exact.
{% set dimension = "store_quarter" %}
WITH
{% include "parts/scope.sql" %},
{% include "parts/signals_so_far.sql" %},
    facts AS
    (
        SELECT store_id, quarter, 'net' AS measure, gross + discounts + reversals AS value
        FROM totals FINAL
        WHERE book = 'sales' AND dimension = 'store_quarter' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
        UNION ALL
        SELECT store_id, quarter, measure, value
        FROM so_far
        WHERE back = 0
    ),
    slots AS
    (
        SELECT
            intDiv(toInt64(toUnixTimestamp(facts.quarter)) + clocks.offset_seconds
                - toInt64(toUnixTimestamp(toDateTime(scope.day, 'UTC'))), 900) AS slot,
            facts.measure AS measure, sum(facts.value) AS value
        FROM facts
        INNER JOIN scope ON scope.store_id = facts.store_id
        ASOF LEFT JOIN clocks ON clocks.store_id = facts.store_id AND clocks.starts_at <= facts.quarter
        GROUP BY slot, measure
    )
SELECT
    toDateTime(intDiv(toUnixTimestamp($__fromTime), 86400) * 86400
        + assumeNotNull((SELECT if(uniqExact(cutoff_seconds) = 1, any(cutoff_seconds), 0) FROM scope)) + slot * 900, 'UTC') AS time,
    toDecimal128(sumIf(value, measure = 'net'), 4) / ${per_unit} AS net,
    sumIf(value, measure = 'sessions') AS sessions,
    sumIf(value, measure = 'payment_failures') AS payment_failures,
    sumIf(value, measure = 'enquiries_opened') AS enquiries_opened,
    sumIf(value, measure = 'heartbeats') AS heartbeats,
    sumIf(value, measure IN ('terminal_faults', 'site_errors')) AS faults
FROM slots
WHERE slot BETWEEN 0 AND 99
GROUP BY slot
ORDER BY time

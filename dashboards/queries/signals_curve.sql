-- Sales and signals of the business date by quarter hour of the stores' wall clocks, side by side, with the usual visits
-- and failed payments (median of the same weekday in the eight weeks before; days without any signal left out). `time`
-- lies on the day on which the board's window begins. Net in major units, exact.
{% set dimension = "store_quarter" %}
WITH
{% include "parts/scope.sql" %},
{% include "parts/signals_so_far.sql" %},
    (SELECT groupUniqArray(back) FROM so_far WHERE back > 0 AND measure IN ('sessions', 'payment_failures', 'heartbeats')) AS known,
    facts AS
    (
        SELECT toUInt16(0) AS back, store_id, quarter, 'net' AS measure, gross + discounts + reversals AS value
        FROM totals FINAL
        WHERE book = 'sales' AND dimension = 'store_quarter' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
        UNION ALL
        SELECT toUInt16(back) AS back, store_id, quarter, measure, value
        FROM so_far
    ),
    slots AS
    (
        SELECT
            back,
            intDiv(toInt64(toUnixTimestamp(facts.quarter)) + clocks.offset_seconds
                - toInt64(toUnixTimestamp(toDateTime(scope.day - back, 'UTC'))), 900) AS slot,
            facts.measure AS measure, sum(facts.value) AS value
        FROM facts
        INNER JOIN scope ON scope.store_id = facts.store_id
        ASOF LEFT JOIN clocks ON clocks.store_id = facts.store_id AND clocks.starts_at <= facts.quarter
        GROUP BY back, slot, measure
    )
SELECT
    toDateTime(intDiv(toUnixTimestamp($__fromTime), 86400) * 86400
        + assumeNotNull((SELECT if(uniqExact(cutoff_seconds) = 1, any(cutoff_seconds), 0) FROM scope)) + slot * 900, 'UTC') AS time,
    toDecimal128(sumIf(value, measure = 'net'), 4) / ${per_unit} AS net,
    sumIf(value, back = 0 AND measure = 'sessions') AS sessions,
    sumIf(value, back = 0 AND measure = 'payment_failures') AS payment_failures,
    sumIf(value, back = 0 AND measure = 'enquiries_opened') AS enquiries_opened,
    sumIf(value, back = 0 AND measure = 'heartbeats') AS heartbeats,
    sumIf(value, back = 0 AND measure IN ('terminal_faults', 'site_errors')) AS faults,
    if(empty(known), NULL, arrayReduce('quantileExactInclusive(0.5)', arrayMap(
        each -> toFloat64(arraySum(arrayMap(one -> if(one.1 = each, one.2, toInt64(0)), groupArrayIf((back, value), measure = 'sessions')))),
        if(empty(known), [toUInt16(7)], known)))) AS usual_sessions,
    if(empty(known), NULL, arrayReduce('quantileExactInclusive(0.5)', arrayMap(
        each -> toFloat64(arraySum(arrayMap(one -> if(one.1 = each, one.2, toInt64(0)), groupArrayIf((back, value), measure = 'payment_failures')))),
        if(empty(known), [toUInt16(7)], known)))) AS usual_payment_failures
FROM slots
WHERE slot BETWEEN 0 AND 99
GROUP BY slot
ORDER BY time

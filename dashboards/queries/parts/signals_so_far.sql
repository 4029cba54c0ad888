    -- The business date and the same weekday of the eight weeks before, each up to the same second of its wall clock.
    signal_days AS
    (
        SELECT store_id, day - back AS business_date, back, until_second
        FROM scope
        ARRAY JOIN [0, 7, 14, 21, 28, 35, 42, 49, 56] AS back
    ),
    signals AS
    (
        SELECT
            splitByChar('|', key)[1] AS store_id,
            toDateTime(toUInt32OrZero(splitByChar('|', key)[2]), 'UTC') AS quarter,
            splitByChar('|', key, 3)[3] AS label,
            merged_signals.business_date AS business_date, currency, measure, value
        FROM merged_signals
        WHERE book = 'sales' AND dimension = '{{ dimension }}' AND currency IN ('', ${currency:sqlstring})
            AND merged_signals.business_date IN (SELECT business_date FROM signal_days)
    ),
    so_far AS
    (
        SELECT
            signal_days.back AS back, signals.store_id AS store_id, signals.label AS label,
            signals.measure AS measure, signals.quarter AS quarter, signals.value AS value
        FROM signals
        INNER JOIN signal_days ON signal_days.store_id = signals.store_id
            AND signal_days.business_date = signals.business_date
        ASOF LEFT JOIN clocks ON clocks.store_id = signals.store_id AND clocks.starts_at <= signals.quarter
        WHERE toInt64(toUnixTimestamp(signals.quarter)) + clocks.offset_seconds
            - toInt64(toUnixTimestamp(toDateTime(signals.business_date, 'UTC'))) < signal_days.until_second
    )

-- Net sales of an average day by hour of the stores' own wall clocks and by weekday, over the last eight whole
-- weeks. One row an hour, one column a weekday. Major units.
WITH
    scope AS
    (
        SELECT store_id, name, region, today
        FROM stores
{% include "parts/chosen_stores.sql" %}
    ),
    amounts AS
    (
        SELECT store_id, business_date, quarter, sum(gross + discounts + reversals) AS net
        FROM totals FINAL
        WHERE book = 'sales' AND dimension = 'store_quarter' AND currency = ${currency:sqlstring}
            AND business_date >= toMonday(today()) - 56 AND business_date < toMonday(today())
            AND store_id IN (SELECT store_id FROM scope)
        GROUP BY store_id, business_date, quarter
    ),
    hours AS
    (
        SELECT
            intDiv(toUnixTimestamp(amounts.quarter) + clocks.offset_seconds + clocks.cutoff_seconds, 3600) % 24 AS hour,
            toDayOfWeek(amounts.business_date) AS weekday,
            toDecimal128(sum(amounts.net), 4) / ${per_unit} / 8 AS net
        FROM amounts
        ASOF LEFT JOIN clocks ON clocks.store_id = amounts.store_id AND clocks.starts_at <= amounts.quarter
        GROUP BY hour, weekday
    )
SELECT
    concat(leftPad(toString(hour), 2, '0'), ':00') AS hour,
    sumIf(net, weekday = 1) AS monday,
    sumIf(net, weekday = 2) AS tuesday,
    sumIf(net, weekday = 3) AS wednesday,
    sumIf(net, weekday = 4) AS thursday,
    sumIf(net, weekday = 5) AS friday,
    sumIf(net, weekday = 6) AS saturday,
    sumIf(net, weekday = 7) AS sunday
FROM hours
GROUP BY hours.hour
ORDER BY hour

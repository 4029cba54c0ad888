-- Net sales, orders and average order by week or month, ISO or 4-5-4, and the net of a year before: 364 days for
-- weeks and retail months, the same month for calendar months. The newest period is still running. Exact.
WITH
    scope AS
    (
        SELECT store_id, name, region, today
        FROM stores
{% include "parts/chosen_stores.sql" %}
    ),
    periods AS
    (
        SELECT business_date, multiIf(
                ${calendar:sqlstring} = 'retail' AND ${period:sqlstring} = 'month', retail_month,
                ${calendar:sqlstring} = 'retail', retail_week,
                ${period:sqlstring} = 'month', calendar_month,
                iso_week) AS bucket
        FROM calendar
        WHERE business_date BETWEEN today() - 800 AND today() + 1
    ),
    sold AS
    (
        SELECT business_date, gross, discounts, reversals, orders, 0 AS before
        FROM totals FINAL
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND business_date >= today() - 31 * (${periods} + 1) AND store_id IN (SELECT store_id FROM scope)
        UNION ALL
        SELECT
            if(${calendar:sqlstring} = 'iso' AND ${period:sqlstring} = 'month', addYears(business_date, 1), business_date + 364),
            0, 0, 0, 0, gross + discounts + reversals
        FROM totals FINAL
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND business_date >= today() - 31 * (${periods} + 1) - 366
            AND business_date <= today() - 364 AND store_id IN (SELECT store_id FROM scope)
    )
SELECT
    toString(bucket) AS period,
    toDecimal128(sum(sold.gross + sold.discounts + sold.reversals), 4) / ${per_unit} AS net,
    if(sum(sold.before) = 0, NULL, toDecimal128(sum(sold.before), 4) / ${per_unit}) AS net_a_year_before,
    sum(sold.orders) AS orders,
    if(sum(sold.orders) = 0, NULL, toDecimal128(sum(sold.gross + sold.discounts), 4) / ${per_unit} / sum(sold.orders)) AS aov
FROM sold
INNER JOIN periods USING (business_date)
GROUP BY bucket
HAVING net != 0 OR orders != 0
ORDER BY bucket DESC
LIMIT ${periods}

-- Totals against lines, two independent ways to one figure, for the last eight business dates with sales: the
-- difference has to be 0. Lines that the totals have not counted yet are left out. Major units, exact.
WITH
    (
        SELECT max(business_date)
        FROM totals
        WHERE book = 'sales' AND dimension = 'region' AND currency = ${currency:sqlstring}
    ) AS newest
SELECT
    toString(business_date) AS business_date,
    toDecimal128(sum(of_totals), 4) / ${per_unit} AS net_of_totals,
    toDecimal128(sum(of_lines), 4) / ${per_unit} AS net_of_lines,
    toDecimal128(sum(of_totals - of_lines), 4) / ${per_unit} AS difference,
    sum(orders_of_totals - orders_of_lines) AS orders_difference
FROM
(
    SELECT business_date, gross + discounts + reversals AS of_totals, 0 AS of_lines,
        orders AS orders_of_totals, 0 AS orders_of_lines
    FROM totals FINAL
    WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
        AND business_date > newest - 8
    UNION ALL
    SELECT business_date, 0, gross + discounts + reversals, 0, orders
    FROM counted_lines
    INNER JOIN (SELECT partition, version FROM positions FINAL) AS counted USING (partition)
    WHERE book = 'sales' AND currency = ${currency:sqlstring}
        AND business_date > newest - 8
        AND bitOr(bitShiftLeft(toUInt64(epoch), 40), offset) < counted.version
) AS both
GROUP BY both.business_date
ORDER BY business_date DESC

-- Net sales by channel and ISO week, in all stores. Major units, exact.
SELECT
    toString(toMonday(business_date)) AS week,
    key AS channel,
    toDecimal128(sum(gross + discounts + reversals), 4) / ${per_unit} AS net
FROM totals FINAL
WHERE book = 'sales' AND dimension = 'channel' AND currency = ${currency:sqlstring}
    AND business_date >= toMonday(today()) - 7 * ${periods}
GROUP BY week, channel
ORDER BY week, channel

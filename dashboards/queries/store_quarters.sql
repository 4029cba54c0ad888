-- Net sales of given stores on given business dates by UTC quarter hour (epoch seconds of its start). Minor units.
SELECT
    splitByChar('|', key)[1] AS store_id,
    business_date,
    currency,
    toInt64(splitByChar('|', key)[2]) AS quarter,
    sum(gross + discounts + reversals) AS net
FROM totals FINAL
WHERE book = 'sales'
    AND business_date IN {dates:Array(Date)}
    AND dimension = 'store_quarter'
    AND (splitByChar('|', key)[1], business_date) IN arrayZip({stores:Array(String)}, {dates:Array(Date)})
GROUP BY store_id, business_date, currency, quarter
ORDER BY store_id, business_date, currency, quarter

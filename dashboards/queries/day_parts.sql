-- Net sales and orders of business dates by channel and by revenue stream, each currency by itself. Minor units.
SELECT
    dimension,
    currency,
    key,
    sum(gross + discounts + reversals) AS net,
    sum(orders) AS all_orders
FROM totals FINAL
WHERE book = 'sales'
    AND business_date IN {dates:Array(Date)}
    AND dimension IN ('channel', 'revenue_stream')
    AND (currency, business_date) IN arrayZip({currencies:Array(String)}, {dates:Array(Date)})
GROUP BY dimension, currency, key
ORDER BY dimension, currency, net DESC, key

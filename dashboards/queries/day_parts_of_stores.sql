-- Net sales and orders at given stores by channel and by revenue stream, from the lines. Minor units.
SELECT
    part.1 AS dimension,
    currency,
    part.2 AS key,
    sum(gross + discounts + reversals) AS net,
    sum(orders) AS all_orders
FROM counted_lines
ARRAY JOIN [('channel', toString(channel)), ('revenue_stream', toString(revenue_stream))] AS part
WHERE book = 'sales'
    AND business_date IN {dates:Array(Date)}
    AND store_id IN {stores:Array(String)}
    AND (currency, business_date) IN arrayZip({currencies:Array(String)}, {dates:Array(Date)})
    AND part.2 != ''
GROUP BY dimension, currency, key
ORDER BY dimension, currency, net DESC, key

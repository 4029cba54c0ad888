-- Products with the highest net sales, by currency and business date. Units are sold minus returned.
SELECT
    currency,
    business_date,
    key AS product_id,
    sum(gross + discounts + reversals) AS net,
    sum(units - returned_units) AS net_units
FROM totals FINAL
WHERE book = 'sales'
    AND business_date IN {dates:Array(Date)}
    AND dimension = 'product'
    AND (currency, business_date) IN arrayZip({currencies:Array(String)}, {dates:Array(Date)})
GROUP BY currency, business_date, product_id
HAVING net > 0
ORDER BY currency, business_date, net DESC, product_id
LIMIT {limit:UInt32} BY currency, business_date

-- Products with the highest net sales at given stores, by currency and business date, from the lines: totals by
-- product hold all stores together. Units are sold minus returned.
SELECT
    currency,
    business_date,
    product_id,
    sum(gross + discounts + reversals) AS net,
    sum(units - returned_units) AS net_units
FROM counted_lines
WHERE book = 'sales'
    AND business_date IN {dates:Array(Date)}
    AND store_id IN {stores:Array(String)}
    AND (currency, business_date) IN arrayZip({currencies:Array(String)}, {dates:Array(Date)})
    AND product_id != ''
GROUP BY currency, business_date, product_id
HAVING net > 0
ORDER BY currency, business_date, net DESC, product_id
LIMIT {limit:UInt32} BY currency, business_date

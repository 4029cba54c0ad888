-- Totals of given stores on given business dates, one row per store, date and currency. Minor units and counts.
SELECT
    key AS store_id,
    business_date,
    currency,
    sum(gross + discounts + reversals) AS net,
    sum(gross + discounts) AS sold,
    sum(reversals) AS reversed,
    sum(orders) AS all_orders,
    sum(units) AS all_units,
    sum(discounts) AS discounted,
    sum(returned_units) AS all_returned_units
FROM totals FINAL
WHERE book = 'sales'
    AND business_date IN {dates:Array(Date)}
    AND dimension = 'store'
    AND (key, business_date) IN arrayZip({stores:Array(String)}, {dates:Array(Date)})
GROUP BY store_id, business_date, currency
ORDER BY store_id, business_date, currency

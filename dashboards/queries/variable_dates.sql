-- What the board's variable `date` offers: each store's own today, then every business date with sales.
SELECT day
FROM
(
    SELECT 'today' AS day, 1 AS first
    UNION ALL
    SELECT DISTINCT toString(business_date), 0 FROM totals WHERE book = 'sales' AND dimension = 'region'
)
ORDER BY first DESC, day DESC

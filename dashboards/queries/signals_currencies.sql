-- The currencies of deals and subscriptions, sorted.
SELECT currency
FROM signal_totals
WHERE book = 'sales' AND currency != '' AND dimension = 'store'
GROUP BY currency
ORDER BY currency

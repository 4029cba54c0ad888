-- The currencies of deals and subscriptions at the stores that are shown, sorted.
SELECT toString(currency) AS currency
FROM signal_totals
WHERE book = 'sales' AND signal_totals.currency != '' AND dimension = 'store'
    AND ({every:Bool} OR key IN {stores:Array(String)})
GROUP BY currency
ORDER BY currency

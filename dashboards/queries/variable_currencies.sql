-- What the board's variable `currency` offers, the one with most orders of the last four weeks first.
SELECT currency
FROM totals
WHERE book = 'sales' AND dimension = 'region'
    AND business_date >= (SELECT max(business_date) - 28 FROM totals WHERE book = 'sales' AND dimension = 'region')
GROUP BY currency
ORDER BY sum(orders) DESC, currency

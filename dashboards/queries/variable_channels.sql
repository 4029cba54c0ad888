-- What the board's variable `channel` offers: the channels of the last four weeks that had sales.
SELECT DISTINCT key AS channel
FROM totals
WHERE book = 'sales' AND dimension = 'channel'
    AND business_date >= (SELECT max(business_date) - 28 FROM totals WHERE book = 'sales' AND dimension = 'region')
ORDER BY channel

-- The events last counted for given stores on given business dates, newest first, one row per event.
-- `main_product` is the dearest line's; times are epoch milliseconds, money is minor units.
-- Which events are the newest is found first, by four columns: the view then folds their few lines, not a whole day's.
WITH newest AS
(
    SELECT DISTINCT epoch, partition, offset, recorded_at
    FROM lines
    WHERE book = 'sales'
        AND business_date IN {dates:Array(Date)}
        AND (store_id, business_date) IN arrayZip({stores:Array(String)}, {dates:Array(Date)})
        AND (epoch, partition, offset) NOT IN (SELECT epoch, partition, offset FROM outcomes)
    ORDER BY recorded_at DESC, epoch DESC, offset DESC, partition
    LIMIT {limit:UInt32}
)
SELECT
    any(type) AS event_type,
    any(store_id) AS store,
    any(channel) AS via,
    any(currency) AS money,
    sum(gross + discounts + reversals) AS net,
    sum(units) AS units_sold,
    sum(returned_units) AS units_returned,
    argMax(if(product_name = '', product_id, product_name), abs(gross + reversals)) AS main_product,
    uniqExactIf(product_id, product_id != '') AS different_products,
    toUnixTimestamp64Milli(max(occurred_at)) AS occurred_ms,
    toUnixTimestamp64Milli(max(recorded_at)) AS recorded_ms
FROM counted_lines
WHERE book = 'sales'
    AND business_date IN {dates:Array(Date)}
    AND (store_id, business_date) IN arrayZip({stores:Array(String)}, {dates:Array(Date)})
    AND (epoch, partition, offset) IN (SELECT epoch, partition, offset FROM newest)
GROUP BY epoch, partition, offset
ORDER BY recorded_ms DESC, epoch DESC, offset DESC, partition

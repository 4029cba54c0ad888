-- Campaigns of the business date so far, beside the median of the same weekday in the eight weeks before up to the same
-- time of day (days without a sale of the campaign count as nothing). Major units; net is exact.
WITH
{% include "parts/scope.sql" %},
    campaign_days AS
    (
        SELECT store_id, day - back AS business_date, back, until_second
        FROM scope
        ARRAY JOIN [0, 7, 14, 21, 28, 35, 42, 49, 56] AS back
    ),
    sold AS
    (
        SELECT lines.currency AS currency, lines.campaign AS campaign, campaign_days.back AS back,
            sum(lines.gross + lines.discounts + lines.reversals) AS net, sum(lines.orders) AS orders,
            uniqExactIf(lines.order_id, lines.gross > 0) AS sales
        FROM counted_lines AS lines
        INNER JOIN campaign_days ON campaign_days.store_id = lines.store_id
            AND campaign_days.business_date = lines.business_date
        ASOF LEFT JOIN clocks ON clocks.store_id = lines.store_id AND clocks.starts_at <= toDateTime(lines.occurred_at)
        WHERE lines.book = 'sales' AND lines.campaign != ''
            AND lines.business_date IN (SELECT business_date FROM campaign_days)
            AND ('*' IN (${currency:sqlstring}) OR lines.currency IN (${currency:sqlstring}))
            AND ('*' IN (${channel:sqlstring}) OR lines.channel IN (${channel:sqlstring}))
            AND toInt64(toUnixTimestamp(lines.occurred_at)) + clocks.offset_seconds
                - toInt64(toUnixTimestamp(toDateTime(lines.business_date, 'UTC'))) < campaign_days.until_second
        GROUP BY currency, campaign, back
    ),
    known AS
    (
        SELECT totals.currency AS currency, groupUniqArray(back) AS backs
        FROM campaign_days
        INNER JOIN totals FINAL ON totals.key = campaign_days.store_id AND totals.business_date = campaign_days.business_date
        WHERE back > 0 AND totals.book = 'sales' AND totals.dimension = 'store'
            AND totals.business_date IN (SELECT business_date FROM campaign_days)
        GROUP BY currency
    )
SELECT
    sold.campaign AS campaign,
    sumIf(sold.sales, back = 0) AS sales,
    sumIf(sold.orders, back = 0) AS orders,
    toDecimal128(sumIf(sold.net, back = 0), 4) / ${per_unit} AS net,
    if(empty(any(known.backs)), NULL, toDecimal128(toInt64(round(arrayReduce('quantileExactInclusive(0.5)', arrayMap(
        each -> toFloat64(arraySum(arrayMap((b, v) -> if(b = each, v, toInt64(0)), groupArray(back), groupArray(sold.net)))),
        if(empty(any(known.backs)), [toUInt16(7)], any(known.backs)))))), 4) / ${per_unit}) AS usual_net,
    if(empty(any(known.backs)), NULL, arrayReduce('quantileExactInclusive(0.5)', arrayMap(
        each -> toFloat64(arraySum(arrayMap((b, v) -> if(b = each, toInt64(v), toInt64(0)), groupArray(back), groupArray(sold.orders)))),
        if(empty(any(known.backs)), [toUInt16(7)], any(known.backs))))) AS usual_orders,
    toString(sold.currency) AS currency
FROM sold
LEFT JOIN known ON known.currency = sold.currency
GROUP BY currency, campaign
ORDER BY net DESC, campaign, currency
LIMIT 50 BY currency

-- The period is the one that holds the chosen date, or the day that most stores are at; movement is the rank in the
-- whole period before less the rank now. Equal values share a rank. Money in major units, exact.
WITH
    (
        SELECT topK(1)(if(${date:sqlstring} = 'today', today, toDateOrZero(${date:sqlstring})))[1] FROM stores
    ) AS day,
    begins AS
    (
        SELECT business_date, multiIf(
            ${period:sqlstring} = 'day', business_date,
            ${calendar:sqlstring} = 'retail' AND ${period:sqlstring} = 'month', retail_month,
            ${calendar:sqlstring} = 'retail', retail_week,
            ${period:sqlstring} = 'month', calendar_month,
            iso_week) AS first
        FROM calendar
        WHERE business_date BETWEEN day - 75 AND day
    ),
    (SELECT max(first) FROM begins) AS this_first,
    (SELECT max(first) FROM begins WHERE business_date < this_first) AS last_first,
    sums AS
    (
        SELECT
            key,
            sumIf(gross + discounts + reversals, business_date >= this_first) AS now_net,
            sumIf(gross + discounts, business_date >= this_first) AS now_sold,
            sumIf(totals.orders, business_date >= this_first) AS now_orders,
            sumIf(gross + discounts + reversals, business_date < this_first) AS before_net,
            countIf(business_date >= this_first) AS now_rows,
            countIf(business_date < this_first) AS before_rows
        FROM totals FINAL
        WHERE book = 'sales' AND dimension = ${by:sqlstring} AND currency = ${currency:sqlstring}
            AND business_date BETWEEN last_first AND day
        GROUP BY key
    ),
    ranked AS
    (
        SELECT *,
            toInt64(rank() OVER (ORDER BY if(now_rows = 0, NULL, now_net) DESC NULLS LAST)) AS place,
            toInt64(rank() OVER (ORDER BY if(before_rows = 0, NULL, before_net) DESC NULLS LAST)) AS place_before,
            lagInFrame(now_net) OVER (ORDER BY now_net DESC, key ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS above
        FROM sums
    )
SELECT
    place AS rank,
    key AS who,
    toDecimal128(now_net, 4) / ${per_unit} AS net,
    now_orders AS orders,
    if(now_orders = 0, NULL, toDecimal128(now_sold, 4) / ${per_unit} / now_orders) AS aov,
    multiIf(before_rows = 0, 'new', place < place_before, concat('▲ ', toString(place_before - place)),
        place > place_before, concat('▼ ', toString(place - place_before)), '=') AS movement,
    if(place = 1, NULL, toDecimal128(above - now_net, 4) / ${per_unit}) AS to_the_next
FROM ranked
{% block shown %}{% endblock %}

-- For managers only: who is behind their own past or target in the last complete week, longest first, and in what.
-- The four differences add up to actual less usual. Money in major units.
SELECT
    if(who = 'staff', 'seller', 'store') AS of_whom,
    key AS who,
    toInt64(weeks) AS weeks_behind,
    week,
    toDecimal128(actual, 4) / ${per_unit} AS net,
    toDecimal128(usual, 4) / ${per_unit} AS usual_week,
    toDecimal128(target, 4) / ${per_unit} AS target,
    toDecimal128(orders, 4) / ${per_unit} AS by_orders,
    toDecimal128(basket, 4) / ${per_unit} AS by_basket,
    toDecimal128(discounts, 4) / ${per_unit} AS by_discounts,
    toDecimal128(returns, 4) / ${per_unit} AS by_returns,
    if(listed, 'on the list', '') AS listed_now,
    toInt64(notes) AS notes_kept,
    last_note
FROM coaching FINAL
WHERE currency = ${currency:sqlstring} AND (weeks > 0 OR listed)
ORDER BY coaching.weeks DESC, of_whom, who
LIMIT 200

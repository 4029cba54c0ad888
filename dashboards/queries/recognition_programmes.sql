-- What each programme has given in the last 28 days, by how far its awards are.
SELECT
    any(title) AS earned_for,
    toString(any(how)) AS given_by_rule,
    toInt64(countIf(status = 'pending')) AS pending_awards,
    toInt64(countIf(status = 'confirmed')) AS confirmed_awards,
    toInt64(countIf(status = 'withdrawn')) AS withdrawn_awards,
    if(any(prize) IN ('money', 'gift_card'),
        toDecimal128(sumIf(quantity, status != 'withdrawn'), 4) / ${per_unit}, NULL) AS prize_money
FROM awards FINAL
WHERE currency IN ('', ${currency:sqlstring}) AND last > today() - 28
GROUP BY programme_id
ORDER BY programme_id

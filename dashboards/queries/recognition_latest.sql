-- The newest awards that everybody may see by now; points have a list of their own. A prize's amount in major units.
SELECT
    if(JSONExtractString(document, 'name') != '', JSONExtractString(document, 'name'), key) AS who,
    title AS earned_for,
    if(first = last, toString(first), concat(toString(first), ' to ', toString(last))) AS dates,
    label AS given,
    if(prize IN ('money', 'gift_card'), toDecimal128(quantity, 4) / ${per_unit}, NULL) AS prize_money,
    given_for,
    given_by,
    toString(status) AS status,
    public_at
FROM public_awards
WHERE how != 'points' AND currency IN ('', ${currency:sqlstring})
ORDER BY public_at DESC, who, title
LIMIT 50

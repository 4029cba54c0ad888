-- What systems report of the business date so far, by kind and by what it is about, beside the usual day (median of the
-- same weekday in the eight weeks before, up to the same time; days without any signal left out), worst first.
{% set dimension = "store_quarter_label" %}
WITH
{% include "parts/scope.sql" %},
{% include "parts/signals_so_far.sql" %},
    (
        SELECT groupUniqArray(back)
        FROM so_far
        WHERE back > 0 AND measure IN ('payment_failures', 'terminal_faults', 'site_errors', 'stock_outs', 'heartbeats')
    ) AS known,
    days AS
    (
        SELECT measure, label, back, sum(so_far.value) AS value
        FROM so_far
        WHERE measure IN ('payment_failures', 'terminal_faults', 'site_errors', 'stock_outs')
        GROUP BY measure, label, back
    )
SELECT
    transform(measure, ['payment_failures', 'terminal_faults', 'site_errors', 'stock_outs'],
        ['payment failed', 'terminal fault', 'site error', 'out of stock'], '') AS kind,
    label AS what,
    sumIf(value, back = 0) AS times,
    if(empty(known), NULL, arrayReduce('quantileExactInclusive(0.5)', arrayMap(
        each -> toFloat64(arraySum(arrayMap((b, v) -> if(b = each, v, toInt64(0)), groupArray(back), groupArray(value)))),
        if(empty(known), [toUInt16(7)], known)))) AS usually
FROM days
GROUP BY measure, label
HAVING times > 0 OR usually > 0
ORDER BY times - coalesce(usually, 0) DESC, kind, what
LIMIT 50

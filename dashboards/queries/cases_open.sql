-- Open cases about shortfalls, dearest first. Amounts in the case's own currency, exact.
{% from "parts/minor_units.sql" import per_unit_of %}
WITH
    asked AS
    (
        SELECT *, {{ per_unit_of("currency") }} AS unit, coalesce(outcome, shortfall) AS told
        FROM cases FINAL
        WHERE kind = 'shortfall' AND state = 'open' AND {% include "parts/chosen_cases.sql" %}
    )
SELECT
    case_id,
    title AS case_title,
    toString(business_date) AS business_date,
    if(empty(evidence_kind), 'nothing unusual is known',
        concat(replaceAll(toString(evidence_kind[1]), '_', ' '), if(evidence_label[1] = '', '', concat(': ', evidence_label[1])))) AS first_evidence,
    if(empty(evidence_unusual), NULL, toDecimal128(evidence_unusual[1], 4) / 1000) AS times_spread,
    if(empty(evidence_points_to), '', replaceAll(toString(evidence_points_to[1]), '_', ' ')) AS points_to,
    owner,
    if(told IS NULL, '', concat(currency, ' ', toString(toDecimal128(assumeNotNull(told), 3) / unit))) AS cost_so_far,
    length(alerts) AS alerts_in_it,
    opened_at
FROM asked
ORDER BY coalesce(told, 0), opened_at DESC, case_id
LIMIT 100

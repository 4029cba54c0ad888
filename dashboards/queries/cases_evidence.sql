-- What moved in the hours of open cases, in the order in which the cases have it.
SELECT
    title AS case_title,
    kind AS evidence,
    label AS which,
    if(unit = 'millionths', toDecimal128(value, 4) / 1000000, if(unit = 'thousandths', toDecimal128(value, 4) / 10, toDecimal128(value, 4))) AS seen,
    if(unit = 'millionths', toDecimal128(usual, 4) / 1000000, if(unit = 'thousandths', toDecimal128(usual, 4) / 10, toDecimal128(usual, 4))) AS usual_then,
    if(unit = 'thousandths', '%', if(unit = 'millionths', 'sum of scores', unit)) AS measured_in,
    toDecimal128(unusual, 4) / 1000 AS times_spread,
    points_to
FROM
(
    SELECT
        title,
        case_id,
        replaceAll(toString(one.1), '_', ' ') AS kind,
        one.2 AS label,
        one.3 AS value,
        one.4 AS usual,
        toString(one.5) AS unit,
        one.6 AS unusual,
        place,
        replaceAll(toString(one.7), '_', ' ') AS points_to
    FROM cases FINAL
    ARRAY JOIN arrayZip(evidence_kind, evidence_label, evidence_value, evidence_usual, evidence_unit, evidence_unusual, evidence_points_to) AS one,
        arrayEnumerate(evidence_kind) AS place
    WHERE cases.kind = 'shortfall' AND state = 'open' AND {% include "parts/chosen_cases.sql" %}
)
ORDER BY case_title, case_id, place
LIMIT 200

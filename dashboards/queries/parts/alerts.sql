-- Amounts in the alert's own currency, exact. The parts of a shortfall add up to it; beside them what explains most.
{% from "parts/minor_units.sql" import per_unit_of %}
WITH
    asked AS
    (
        SELECT *, {{ per_unit_of("currency") }} AS unit
        FROM alerts FINAL
        WHERE {% block which %}{% endblock %}
            AND ('*' IN (${store:sqlstring}) OR store_id IN (${store:sqlstring}) OR store_id = '')
            AND ('*' IN (${region:sqlstring}) OR region IN (${region:sqlstring}) OR region = '')
    )
SELECT
    toString(state) AS state,
    toString(severity) AS severity,
    title,
    summary,
    toString(store_id) AS store,
    toString(business_date) AS business_date,
    if(at_risk IS NULL, '', concat(currency, ' ', toString(toDecimal128(assumeNotNull(at_risk), 3) / unit))) AS at_risk,
    arrayStringConcat(arrayMap(
        part -> concat(JSONExtractString(part, 'name'), ' ', toString(toDecimal128(JSONExtractInt(part, 'amount'), 3) / unit)),
        JSONExtractArrayRaw(document, 'split', 'parts')), ', ') AS split,
    arrayStringConcat(arrayMap(
        part -> concat(if(JSONExtractString(part, 'label') = '', JSONExtractString(part, 'name'), JSONExtractString(part, 'label')),
            ' ', toString(toDecimal128(JSONExtractInt(part, 'amount'), 3) / unit)),
        arrayFlatten(arrayMap(table -> JSONExtractArrayRaw(table, 'rows'), JSONExtractArrayRaw(document, 'split', 'breakdowns')))),
        ', ') AS explained_by,
    fired_at,
    updated_at,
    acknowledged_by,
    JSONExtractString(document, 'links', 'acknowledge') AS acknowledge,
    JSONExtractString(document, 'links', 'runbook') AS runbook
FROM asked
ORDER BY indexOf(['firing', 'acknowledged', 'silenced', 'pending', 'resolved'], state), updated_at DESC, title
LIMIT {% block most %}{% endblock %}

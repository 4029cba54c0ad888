-- Alerts that are not over, and those that ended within two days.
-- Amounts in the alert's own currency, exact. The parts of a shortfall add up to it; beside them what explains most.
WITH
    asked AS
    (
        SELECT *, multiIf(currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
                'XAF', 'XOF', 'XPF'), 1, currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'), 1000, 100) AS unit
        FROM alerts FINAL
        WHERE (state != 'resolved' OR updated_at >= now() - INTERVAL 2 DAY)
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
LIMIT 100

-- Deals of the chosen currency: the pipeline as it stands, and what the last 28 days brought. One row, always. Major
-- units, exact; days.
WITH
{% include "parts/scope.sql" %},
    facts AS
    (
        SELECT measure, sum(value) AS ever, sumIf(value, business_date > (SELECT max(day) FROM scope) - 28) AS lately
        FROM merged_signals
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND key IN (SELECT store_id FROM scope) AND business_date <= (SELECT max(day) FROM scope)
        GROUP BY measure
    ),
    (SELECT mapFromArrays(groupArray(measure), groupArray(ever)) FROM facts) AS ever,
    (SELECT mapFromArrays(groupArray(measure), groupArray(lately)) FROM facts) AS lately
SELECT
    toDecimal128(ever['pipeline_value'], 4) / ${per_unit} AS pipeline_value,
    lately['deals_created'] AS deals_created,
    lately['deals_won'] AS deals_won,
    lately['deals_lost'] AS deals_lost,
    toDecimal128(lately['won_value'], 4) / ${per_unit} AS won_value,
    if(lately['deals_won'] + lately['deals_lost'] > 0,
        lately['deals_won'] / (lately['deals_won'] + lately['deals_lost']), NULL) AS win_rate,
    if(lately['deals_won'] > 0, lately['won_seconds'] / 86400 / lately['deals_won'], NULL) AS days_to_close

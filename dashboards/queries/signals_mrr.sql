-- Monthly recurring revenue by day over 90 days: as it stands at each day's end, what moved it, subscribers, and the
-- churn rate of 30 days: churned ones of those active 30 days before and new since (Stripe's published definition).
-- Of one store, those who came there from another count among them. Major units, exact.
WITH
{% include "parts/scope.sql" %},
    (SELECT max(day) FROM scope) AS last_day,
    facts AS
    (
        SELECT business_date, measure, sum(value) AS value
        FROM merged_signals
        WHERE book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND key IN (SELECT store_id FROM scope) AND business_date <= last_day
            AND (measure LIKE 'mrr_%' OR measure LIKE 'subscribers_%')
        GROUP BY business_date, measure
    ),
    days AS
    (
        SELECT last_day - number AS day, facts.business_date AS at, facts.measure AS measure, facts.value AS value
        FROM numbers(90) AS ninety
        CROSS JOIN facts
        WHERE facts.business_date <= last_day - number
    )
SELECT
    toDateTime(day, 'UTC') AS time,
    toDecimal128(sumIf(value, measure LIKE 'mrr_%'), 4) / ${per_unit} AS mrr,
    toDecimal128(sumIf(value, measure = 'mrr_new' AND at = day), 4) / ${per_unit} AS mrr_new,
    toDecimal128(sumIf(value, measure = 'mrr_reactivation' AND at = day), 4) / ${per_unit} AS mrr_reactivation,
    toDecimal128(sumIf(value, measure = 'mrr_expansion' AND at = day), 4) / ${per_unit} AS mrr_expansion,
    toDecimal128(sumIf(value, measure = 'mrr_contraction' AND at = day), 4) / ${per_unit} AS mrr_contraction,
    toDecimal128(sumIf(value, measure = 'mrr_churn' AND at = day), 4) / ${per_unit} AS mrr_churn,
    toDecimal128(sumIf(value, measure = 'mrr_moved' AND at = day), 4) / ${per_unit} AS mrr_moved,
    sumIf(value, measure IN ('subscribers_new', 'subscribers_reactivated', 'subscribers_moved'))
        - sumIf(value, measure = 'subscribers_churned') AS subscribers,
    sumIf(value, measure IN ('subscribers_new', 'subscribers_reactivated'))
        - sumIf(value, measure = 'subscribers_churned' AND at <= day - 30)
        + sumIf(value, measure = 'subscribers_moved' AND at <= day - 30)
        + greatest(sumIf(value, measure = 'subscribers_moved' AND at > day - 30), 0) AS churnable,
    if(churnable > 0, sumIf(value, measure = 'subscribers_churned' AND at > day - 30) / churnable, NULL) AS churn_rate
FROM days
GROUP BY day
ORDER BY time

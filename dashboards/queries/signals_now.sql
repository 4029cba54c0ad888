-- The business date's signals so far: one row, always. Scores of fewer than five answers are NULL. Shares of 1, NPS from
-- -100 to 100, sentiment from -1 to 1, minutes.
{% set dimension = "store_quarter" %}
WITH
{% include "parts/scope.sql" %},
{% include "parts/signals_so_far.sql" %},
    told AS
    (
        SELECT sumMap([measure], [value]) AS of
        FROM so_far
        WHERE back = 0
    ),
    (SELECT mapFromArrays(of.1, of.2) FROM told) AS m
SELECT
    m['sessions'] AS sessions,
    m['purchases'] AS purchases,
    if(m['sessions'] > 0, m['purchases'] / m['sessions'], NULL) AS conversion,
    if(m['carts'] > 0, greatest(1 - m['purchases'] / m['carts'], 0), NULL) AS cart_abandonment,
    if(m['csat_answers'] >= 5, m['csat_satisfied'] / m['csat_answers'], NULL) AS csat,
    m['csat_answers'] AS csat_answers,
    if(m['nps_answers'] >= 5, 100 * (m['nps_promoters'] - m['nps_detractors']) / m['nps_answers'], NULL) AS nps,
    m['nps_answers'] AS nps_answers,
    if(m['sentiment_scores'] >= 5, m['sentiment_sum'] / 1000000 / m['sentiment_scores'], NULL) AS sentiment,
    m['sentiment_scores'] AS sentiment_scores,
    m['enquiries_opened'] AS enquiries_opened,
    if(m['enquiries_answered'] > 0, m['answer_seconds'] / 60 / m['enquiries_answered'], NULL) AS answer_minutes,
    m['payment_failures'] AS payment_failures,
    m['terminal_faults'] AS terminal_faults,
    m['site_errors'] AS site_errors,
    m['stock_outs'] AS stock_outs

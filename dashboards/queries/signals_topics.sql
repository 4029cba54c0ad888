-- What customers ask and say, by topic: enquiries of the business date so far beside the usual day, how long the first
-- answer took, how many are open now (of all days), and scores with the number of answers; NULL below five. Minutes.
{% set dimension = "store_quarter_label" %}
WITH
{% include "parts/scope.sql" %},
{% include "parts/signals_so_far.sql" %},
    ['billing', 'customer_service', 'technical', 'delivery', 'product', 'other'] AS topics,
    days AS
    (
        SELECT label, back, mapFromArrays(groupArray(measure), groupArray(value)) AS m
        FROM
        (
            SELECT label, back, measure, sum(so_far.value) AS value
            FROM so_far
            WHERE has(topics, label)
            GROUP BY label, back, measure
        )
        GROUP BY label, back
    ),
    (SELECT groupUniqArray(back) FROM days WHERE back > 0) AS known,
    standing AS
    (
        SELECT splitByChar('|', key, 2)[2] AS label, sumIf(value, measure = 'enquiries_opened')
            - sumIf(value, measure = 'enquiries_resolved') AS open_now
        FROM merged_signals
        WHERE book = 'sales' AND dimension = 'store_label' AND measure IN ('enquiries_opened', 'enquiries_resolved')
            AND splitByChar('|', key)[1] IN (SELECT store_id FROM scope)
        GROUP BY label
    )
SELECT
    topic,
    any(m_0['enquiries_opened']) AS enquiries_opened,
    if(empty(known), NULL, any(usual_opened)) AS usually_opened,
    if(any(m_0['enquiries_answered']) > 0,
        any(m_0['answer_seconds']) / 60 / any(m_0['enquiries_answered']), NULL) AS answer_minutes,
    any(standing.open_now) AS open_now,
    if(any(m_0['csat_answers']) >= 5, any(m_0['csat_satisfied']) / any(m_0['csat_answers']), NULL) AS csat,
    any(m_0['csat_answers']) AS csat_answers,
    if(any(m_0['nps_answers']) >= 5,
        100 * (any(m_0['nps_promoters']) - any(m_0['nps_detractors'])) / any(m_0['nps_answers']), NULL) AS nps,
    any(m_0['nps_answers']) AS nps_answers,
    if(any(m_0['sentiment_scores']) >= 5,
        any(m_0['sentiment_sum']) / 1000000 / any(m_0['sentiment_scores']), NULL) AS sentiment,
    any(m_0['sentiment_scores']) AS sentiment_scores
FROM
(
    SELECT
        topic,
        (groupArrayIf(days.m, days.back = 0) AS todays)[1] AS m_0,
        arrayReduce('quantileExactInclusive(0.5)', arrayMap(
            each -> toFloat64(arraySum(arrayMap(
                (b, v) -> if(b = each, v['enquiries_opened'], toInt64(0)), groupArray(days.back), groupArray(days.m)))),
            if(empty(known), [toUInt16(7)], known))) AS usual_opened
    FROM (SELECT arrayJoin(topics) AS topic) AS every
    LEFT JOIN days ON days.label = topic
    GROUP BY topic
) AS by_topic
LEFT JOIN standing ON standing.label = by_topic.topic
GROUP BY topic
ORDER BY enquiries_opened DESC, topic

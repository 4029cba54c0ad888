-- Who stands where by what signals count, over 28 days at the chosen stores: people or stores, the first ten by each
-- chosen measure. Movement is the rank in the 28 days before less the rank now. Of what goes wrong less is better.
-- Beside a ratio stands of how many it is made. Ratios are compared to nine digits, so that equal ones share a rank.
-- Money in major units, exact.
{% macro names(of) %}{% for name in of %}'{{ name }}'{% if not loop.last %}, {% endif %}{% endfor %}{% endmacro %}
WITH
{% include "parts/scope.sql" %},
    (SELECT max(day) FROM scope) AS last_day,
    sums AS
    (
        SELECT
            if(${by:sqlstring} = 'store', key, splitByChar('|', key, 2)[2]) AS who,
            counted.business_date > last_day - 28 AS lately, measure AS part, sum(counted.value) AS value
        FROM merged_signals AS counted
        WHERE book = 'sales' AND dimension = if(${by:sqlstring} = 'store', 'store', 'store_staff')
            AND currency IN ('', ${currency:sqlstring})
            AND splitByChar('|', key)[1] IN (SELECT store_id FROM scope)
            AND counted.business_date BETWEEN last_day - 55 AND last_day
        GROUP BY who, lately, part
    ),
    valued AS
    (
        SELECT
            who, lately, arrayJoin([${measure:sqlstring}]) AS measure, m[measure] AS amount,
            multiIf(
{% for name, ratio in signal_ratios.items() %}
                measure = '{{ name }}', if({{ ratio.volume }} >= {{ ratio.fewest }}, {{ ratio.value }}, NULL),
{% endfor %}
                amount = 0 AND measure NOT IN ({{ names(least_first) }}), NULL,
                toFloat64(amount)) AS figure,
            multiIf(
{% for name, ratio in signal_ratios.items() %}
                measure = '{{ name }}', toInt64({{ ratio.volume }}),
{% endfor %}
                NULL) AS volume
        FROM
        (
            SELECT who, lately, mapFromArrays(groupArray(part), groupArray(value)) AS m
            FROM sums
            GROUP BY who, lately
        )
    ),
    ranked AS
    (
        SELECT *, toInt64(rank() OVER (
            PARTITION BY measure, lately
            ORDER BY round(if(measure IN ({{ names(least_first) }}), figure, -figure), 9))) AS place
        FROM valued
        WHERE figure IS NOT NULL
    )
SELECT
    measure,
    anyIf(place, lately) AS rank,
    who,
    if(measure IN ({{ names(signal_money) }}), toDecimal128(anyIf(amount, lately), 4) / ${per_unit}, NULL) AS own_money,
    if(measure IN ({{ names(signal_money) }}), NULL, anyIf(figure, lately)) AS own_number,
    anyIf(volume, lately) AS made_of,
    anyIf(place, NOT lately) AS before,
    multiIf(before = 0, 'new', rank < before, concat('▲ ', toString(before - rank)),
        rank > before, concat('▼ ', toString(rank - before)), '=') AS movement
FROM ranked
GROUP BY measure, who
HAVING rank > 0
ORDER BY measure, rank, who
LIMIT 10 BY measure

-- Team against team, and attainment of own targets, from the newest snapshots of the live leaderboards: those of the
-- chosen period kind and currency, for everyone. Money in major units, ratios as they are; NULL if not ranked so.
{% extends "parts/newest_boards.sql" %}
{% block columns %}
    toString(ranked_by) AS ranked,
    toString(measure) AS measure,
    toInt64(rank) AS rank,
    key AS who,
    if(unit = 'millionths', NULL, toDecimal128(value, 4) / if(unit = 'minor units', ${per_unit}, 1)) AS amount,
    if(unit = 'millionths', value / 1000000, NULL) AS ratio,
{% endblock %}
{% block which %}
    AND (ranked_by = 'team' OR measure = 'attainment')
{% endblock %}
{% block order %}
ORDER BY ranked, measure, rank, who
LIMIT 40
{% endblock %}

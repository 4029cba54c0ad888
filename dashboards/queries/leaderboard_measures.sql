-- Whoever the watcher ranks by measures of the business's own (the measures file), from the newest snapshots of the
-- live leaderboards: those of the chosen period kind and currency, for everyone. Each measure has one unit: what is
-- money stands in major units in the one column, counts and ratios in the other.
{% extends "parts/newest_boards.sql" %}
{% block columns %}
    toString(measure) AS measure,
    toString(ranked_by) AS ranked,
    toInt64(rank) AS rank,
    key AS who,
    if(unit = 'minor units', toDecimal128(value, 4) / ${per_unit}, NULL) AS own_money,
    multiIf(unit IN ('count', 'seconds'), toFloat64(value), unit = 'millionths', value / 1000000, NULL) AS own_number,
{% endblock %}
{% block which %}
    AND measure NOT IN ({% for name in measures + signal_boards %}'{{ name }}'{% if not loop.last %}, {% endif %}{% endfor %})
{% endblock %}
{% block order %}
ORDER BY measure, ranked, rank, who
LIMIT 60
{% endblock %}

SELECT
{% block columns %}{% endblock %}
    multiIf(moved IS NULL, 'new', moved > 0, concat('▲ ', toString(moved)), moved < 0, concat('▼ ', toString(-moved)), '=')
        AS movement,
    toString(day_state) AS state,
    as_of
FROM newest_leaderboards
WHERE audience = 'everyone' AND place > 0
    AND currency {% block currency %}= ${currency:sqlstring}{% endblock %} AND peers = '' AND view = 'activity'
{% block which %}{% endblock %}
    AND period = ${period:sqlstring}
    AND period_last = (SELECT max(period_last) FROM leaderboards WHERE period = ${period:sqlstring})
{% block order %}{% endblock %}

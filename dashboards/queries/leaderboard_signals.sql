-- Whoever the watcher ranks by what signals count, from the newest snapshots of the live leaderboards: those of the
-- chosen period kind, money in the chosen currency and all else in none, for everyone. What is money stands in major
-- units in the one column, counts, seconds and ratios in the other.
{% extends "leaderboard_measures.sql" %}
{% block currency %}IN (${currency:sqlstring}, ''){% endblock %}
{% block which %}
    AND measure IN ({% for name in signal_boards %}'{{ name }}'{% if not loop.last %}, {% endif %}{% endfor %})
{% endblock %}

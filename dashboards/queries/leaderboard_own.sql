-- One's own line of a leaderboard, whatever the rank.
{% extends "parts/standing.sql" %}
{% block shown %}
WHERE now_rows > 0 AND key = ${me:sqlstring}
ORDER BY rank, who
{% endblock %}

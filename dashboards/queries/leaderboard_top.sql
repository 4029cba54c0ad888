-- The first ten of a leaderboard.
{% extends "parts/standing.sql" %}
{% block shown %}
WHERE now_rows > 0
ORDER BY rank, who
LIMIT 10
{% endblock %}

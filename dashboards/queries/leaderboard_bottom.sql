-- The last ten of a leaderboard, of those with orders: for managers.
{% extends "parts/standing.sql" %}
{% block shown %}
WHERE now_rows > 0 AND now_orders > 0
ORDER BY rank DESC, who
LIMIT 10
{% endblock %}

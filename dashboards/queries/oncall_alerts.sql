-- Alerts that are not over, and those that ended within two days.
{% extends "parts/alerts.sql" %}
{% block which %}(state != 'resolved' OR updated_at >= now() - INTERVAL 2 DAY){% endblock %}
{% block most %}100{% endblock %}

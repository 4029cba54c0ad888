-- Alerts that are not over: what fires first, then the newest.
{% extends "parts/alerts.sql" %}
{% block which %}state IN ('firing', 'acknowledged', 'silenced', 'pending'){% endblock %}
{% block most %}20{% endblock %}

-- The ten products with the lowest net sales on the business date.
{% extends "parts/products.sql" %}
{% block which %}ORDER BY net, product_id{% endblock %}
{% block order %}net{% endblock %}

-- The ten products with the highest net sales on the business date.
{% extends "parts/products.sql" %}
{% block which %}HAVING net > 0 ORDER BY net DESC, product_id{% endblock %}
{% block order %}net DESC{% endblock %}

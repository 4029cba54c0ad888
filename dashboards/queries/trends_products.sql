-- The products whose net sales have changed most.
{% set dimension = "product" %}
{% include "parts/moved.sql" %}

-- The regions whose net sales have changed most.
{% set dimension = "region" %}
{% include "parts/moved.sql" %}

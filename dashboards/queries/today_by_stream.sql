-- The business date's net sales and orders by revenue stream.
{% set part = "revenue_stream" %}
{% include "parts/by_part.sql" %}

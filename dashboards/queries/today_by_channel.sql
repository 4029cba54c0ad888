-- The business date's net sales and orders by channel.
{% set part = "channel" %}
{% include "parts/by_part.sql" %}

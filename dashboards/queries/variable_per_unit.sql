-- What a currency's amounts are divided by, as the board's hidden variable `per_unit`.
{% from "parts/minor_units.sql" import per_unit_of %}
SELECT toString({{ per_unit_of("${currency:sqlstring}") }}) AS per_unit

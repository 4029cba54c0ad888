-- How Grafana is to write amounts of the chosen currency: its code before the figure, and ISO 4217's decimals.
SELECT
    concat('currency:financial:', ${currency:sqlstring}, ' ') AS unit,
    toInt64(multiIf(${per_unit} = 1, 0, ${per_unit} = 1000, 3, 2)) AS decimals

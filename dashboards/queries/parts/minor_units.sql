-- Minor units of one unit of a currency, by ISO 4217: 100 where it has two decimals.
{% macro per_unit_of(currency) -%}
multiIf(
    {{ currency }} IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
        'XAF', 'XOF', 'XPF'), 1,
    {{ currency }} IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'), 1000,
    100)
{%- endmacro %}

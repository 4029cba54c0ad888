-- Minor units of one unit of the chosen currency, by ISO 4217: 100 where it has two decimals.
SELECT toString(multiIf(
    ${currency:sqlstring} IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
        'XAF', 'XOF', 'XPF'), 1,
    ${currency:sqlstring} IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'), 1000,
    100)) AS per_unit

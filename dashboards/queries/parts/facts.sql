    facts AS
    (
        SELECT business_date, key AS store_id, gross, discounts, reversals, orders, units, returned_units
        FROM totals FINAL
        WHERE '*' IN (${channel:sqlstring})
            AND book = 'sales' AND dimension = 'store' AND currency = ${currency:sqlstring}
            AND (business_date, key) IN (SELECT day, store_id FROM scope)
        UNION ALL
        SELECT business_date, store_id, gross, discounts, reversals, orders, units, returned_units
        FROM counted_lines
        WHERE '*' NOT IN (${channel:sqlstring}) AND channel IN (${channel:sqlstring})
            AND book = 'sales' AND currency = ${currency:sqlstring}
            AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
    )

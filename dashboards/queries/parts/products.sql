-- Units are net of returned ones; a product's name is the one that came last. Money in major units, exact.
WITH
{% include "parts/scope.sql" %},
{% include "parts/whole.sql" %},
    sold AS
    (
        SELECT currency, key AS product_id, gross + discounts + reversals AS net, units - returned_units AS net_units
        FROM totals FINAL
        WHERE whole AND book = 'sales' AND dimension = 'product' AND currency IN (${currency:sqlstring})
            AND business_date IN (SELECT day FROM scope)
        UNION ALL
        SELECT currency, product_id, gross + discounts + reversals AS net, units - returned_units AS net_units
        FROM counted_lines
        WHERE NOT whole AND book = 'sales' AND currency IN (${currency:sqlstring})
            AND (business_date, store_id) IN (SELECT day, store_id FROM scope)
            AND ('*' IN (${channel:sqlstring}) OR channel IN (${channel:sqlstring}))
            AND product_id != ''
    ),
    ranked AS
    (
        SELECT currency, product_id, sum(sold.net) AS net, sum(sold.net_units) AS net_units
        FROM sold
        GROUP BY currency, product_id
        {% block which %}{% endblock %}

        LIMIT 10 BY currency
    ),
    names AS
    (
        SELECT product_id, argMax(product_name, (epoch, recorded_at, partition, offset)) AS name
        FROM lines
        WHERE (business_date, store_id) IN (SELECT day, store_id FROM scope)
            AND product_id IN (SELECT product_id FROM ranked) AND product_name != ''
        GROUP BY product_id
    )
SELECT
    ranked.product_id AS product,
    names.name AS product_name,
    toDecimal128(ranked.net, 4) / ${per_unit} AS net,
    ranked.net_units AS net_units,
    toString(ranked.currency) AS currency
FROM ranked
LEFT JOIN names USING (product_id)
ORDER BY {% block order %}{% endblock %}, product

-- The name last written for each of the given products on the given business dates.
SELECT
    product_id,
    argMax(product_name, (epoch, recorded_at, partition, offset)) AS name
FROM lines
WHERE business_date IN {dates:Array(Date)}
    AND product_id IN {products:Array(String)}
    AND product_name != ''
GROUP BY product_id
ORDER BY product_id

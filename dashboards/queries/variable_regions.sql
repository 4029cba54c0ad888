-- What the board's variable `region` offers.
SELECT DISTINCT region FROM stores WHERE region != '' ORDER BY region

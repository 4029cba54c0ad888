-- What the board's variable `store` offers.
SELECT store_id FROM stores ORDER BY store_id

-- Who comes again is asked over all that was ever sold: orders lie a second time by their customer, with no more columns
-- than that needs. Those that name none lie together and are not read.
ALTER TABLE lines ADD PROJECTION IF NOT EXISTS bought
(
    SELECT book, customer, occurred_at, order_id, business_date, store_id, channel, orders, epoch, partition, offset
    ORDER BY orders, customer
);

ALTER TABLE lines MATERIALIZE PROJECTION bought;

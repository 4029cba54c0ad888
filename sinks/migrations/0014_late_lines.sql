-- What came long after its business date, without reading what came in time: lines lie a second time, by how many
-- seconds after the first of their date (in UTC) the log took them, with no more columns than restatements need.
ALTER TABLE lines MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild', lightweight_mutation_projection_mode = 'rebuild';

ALTER TABLE lines ADD PROJECTION IF NOT EXISTS late
(
    SELECT book, currency, business_date, store_id, epoch, partition, offset, line_no, recorded_at, gross, discounts, reversals
    ORDER BY toUnixTimestamp(recorded_at) - toUnixTimestamp(toDateTime(business_date, 'UTC'))
);

ALTER TABLE lines MATERIALIZE PROJECTION late;

-- The newest event of each partition without reading all that ever came: of each part its highest offset and time.
ALTER TABLE events MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild', lightweight_mutation_projection_mode = 'rebuild';

ALTER TABLE events ADD PROJECTION IF NOT EXISTS newest
(SELECT epoch, partition, max(offset), max(recorded_at) GROUP BY epoch, partition);

ALTER TABLE events MATERIALIZE PROJECTION newest;

-- Versions of orders are looked for over weeks. Most stores have none, and lines lie by store.
ALTER TABLE lines ADD INDEX IF NOT EXISTS by_type type TYPE set(8) GRANULARITY 1;

ALTER TABLE lines MATERIALIZE INDEX by_type;

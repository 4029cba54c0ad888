CREATE TABLE dead_letters
(
    epoch       UInt32,
    partition   UInt16,
    offset      UInt64,
    reason      LowCardinality(String),
    detail      String,
    original    String CODEC(ZSTD),
    redacted    UInt8,
    replayable  UInt8,
    recorded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (epoch, partition, offset)
SETTINGS non_replicated_deduplication_window = 1000;

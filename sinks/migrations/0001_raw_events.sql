-- Raw events as they came. Below the highest offset of an (epoch, partition), every offset was written.
CREATE TABLE events
(
    epoch       UInt32,
    partition   UInt16,
    offset      UInt64,
    recorded_at DateTime64(3, 'UTC'),
    received_at Nullable(DateTime64(3, 'UTC')),
    source      String,
    event_id    String,
    type        LowCardinality(String),
    order_id    String,
    store_id    String,
    occurred_at Nullable(DateTime64(3, 'UTC')),
    identity    FixedString(16),
    raw         String CODEC(ZSTD),
    redacted    UInt8,
    INDEX by_identity identity TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (epoch, partition, offset)
SETTINGS non_replicated_deduplication_window = 1000;

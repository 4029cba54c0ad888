-- Raw signals as they came, and what was counted of them. All are states: the newest version of a row holds.
CREATE TABLE signal_events
(
    epoch       UInt32,
    partition   UInt16,
    offset      UInt64,
    recorded_at DateTime64(3, 'UTC'),
    source      String,
    event_id    String,
    type        LowCardinality(String),
    subject_id  String,
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

CREATE TABLE signal_totals
(
    book          LowCardinality(String),
    business_date Date,
    currency      LowCardinality(String),
    dimension     LowCardinality(String),
    key           String,
    measure       LowCardinality(String),
    partition     UInt16,
    version       UInt64,
    value         Int64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (book, business_date, currency, dimension, key, measure, partition)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE signal_positions
(
    partition   UInt16,
    version     UInt64,
    epoch       UInt32,
    next_offset UInt64,
    received    UInt64,
    counted     UInt64,
    duplicates  UInt64,
    superseded  UInt64,
    dead        UInt64,
    recorded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
ORDER BY partition
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE signal_outcomes
(
    epoch     UInt32,
    partition UInt16,
    offset    UInt64,
    outcome   Enum8('duplicate' = 1, 'superseded' = 2, 'replaced' = 3, 'dead' = 4),
    reason    String
)
ENGINE = ReplacingMergeTree
ORDER BY (epoch, partition, offset)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE signal_dead_letters
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

-- What boards read: partitions added up, repeated inserts folded away.
CREATE VIEW merged_signals AS
SELECT book, business_date, currency, dimension, key, measure, sum(value) AS value
FROM (SELECT * FROM signal_totals FINAL)
GROUP BY book, business_date, currency, dimension, key, measure;

-- Alerts as they stand, newest version of each dedup key, and the notification log. Amounts in minor units.
CREATE TABLE alerts
(
    dedup_key       String,
    version         UInt64,
    rule            LowCardinality(String),
    kind            LowCardinality(String),
    severity        LowCardinality(String),
    dimension       LowCardinality(String),
    key             String,
    store_id        LowCardinality(String),
    region          LowCardinality(String),
    currency        LowCardinality(String),
    business_date   Date,
    state           LowCardinality(String),
    reason          LowCardinality(String),
    title           String,
    summary         String,
    started_at      DateTime64(3, 'UTC'),
    updated_at      DateTime64(3, 'UTC'),
    fired_at        Nullable(DateTime64(3, 'UTC')),
    resolved_at     Nullable(DateTime64(3, 'UTC')),
    times_fired     UInt32,
    acknowledged_by String,
    silenced_by     String,
    inhibited_by    String,
    value           Nullable(Int64),
    usual           Nullable(Int64),
    level           Nullable(Int64),
    actual          Nullable(Int64),
    expected        Nullable(Int64),
    projected_close Nullable(Int64),
    low             Nullable(Int64),
    high            Nullable(Int64),
    target          Nullable(Int64),
    chance          Nullable(Int64),
    at_risk         Nullable(Int64),
    test            UInt8,
    document        String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY dedup_key
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE notifications
(
    notification_id String,
    version         UInt64,
    receiver        LowCardinality(String),
    group_key       String,
    reason          LowCardinality(String),
    status          LowCardinality(String),
    decided_at      DateTime64(3, 'UTC'),
    last_attempt_at Nullable(DateTime64(3, 'UTC')),
    sent_at         Nullable(DateTime64(3, 'UTC')),
    attempts        UInt32,
    error           String,
    firing          Array(String),
    acknowledged    Array(String),
    resolved        Array(String),
    document        String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY notification_id
SETTINGS non_replicated_deduplication_window = 1000;

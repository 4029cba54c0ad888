-- Targets as they were set: a change is a further row, so the older one stays with its time and reason.
CREATE TABLE targets
(
    scope       LowCardinality(String),
    key         String,
    currency    LowCardinality(String),
    period      LowCardinality(String),
    first       Date,
    last        Nullable(Date),
    amount      Int64,
    withdrawn   Bool,
    set_at      DateTime64(6, 'UTC'),
    set_by      String,
    reason      String,
    recorded_at DateTime64(3, 'UTC'),
    version     UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (scope, key, currency, period, first, set_at)
SETTINGS non_replicated_deduplication_window = 1000;

-- Factors on the usual sales, with their reason and where the knowledge comes from.
CREATE TABLE adjustments
(
    adjustment_id String,
    scope         LowCardinality(String),
    key           String,
    factor        String,
    first         Date,
    last          Nullable(Date),
    source        LowCardinality(String),
    withdrawn     Bool,
    set_at        DateTime64(6, 'UTC'),
    set_by        String,
    reason        String,
    recorded_at   DateTime64(3, 'UTC'),
    version       UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (adjustment_id, set_at)
SETTINGS non_replicated_deduplication_window = 1000;

-- How each day looked in each quarter hour, net sales in minor units; the last snapshot of a quarter hour stays.
-- scope: store, region or all (with an empty key). adjustment and chance: parts per million.
CREATE TABLE projections
(
    scope         LowCardinality(String),
    key           String,
    currency      LowCardinality(String),
    business_date Date,
    quarter       DateTime('UTC'),
    taken_at      DateTime64(3, 'UTC'),
    second        UInt32,
    actual        Int64,
    expected      Nullable(Int64),
    close         Nullable(Int64),
    low           Nullable(Int64),
    high          Nullable(Int64),
    usual_close   Nullable(Int64),
    adjustment    Int64,
    target        Nullable(Int64),
    target_by_now Nullable(Int64),
    chance        Nullable(Int64),
    at_risk       Nullable(Int64),
    closed        Bool,
    version       UInt64
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(business_date)
ORDER BY (business_date, scope, key, currency, quarter)
SETTINGS non_replicated_deduplication_window = 1000;

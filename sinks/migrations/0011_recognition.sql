-- The ledger of points and awards, newest version of each; `value` is exact, `shown` the same in minor units, a count
-- or millionths (`unit` ratio); `quantity` is points, or minor units of a prize that costs money.
CREATE TABLE awards
(
    award_id     String,
    version      UInt64,
    programme_id LowCardinality(String),
    title        String,
    how          LowCardinality(String),
    who          LowCardinality(String),
    key          String,
    currency     LowCardinality(String),
    period       LowCardinality(String),
    first        Date,
    last         Date,
    place        Nullable(UInt32),
    value        String,
    shown        Int64,
    unit         LowCardinality(String),
    quantity     Int64,
    confirmed    Nullable(Int64),
    status       LowCardinality(String),
    reason       String,
    prize        LowCardinality(String),
    label        String,
    given_by     String,
    given_for    String,
    decided_at   DateTime64(3, 'UTC'),
    changed_at   DateTime64(3, 'UTC'),
    public_at    Nullable(DateTime64(3, 'UTC')),
    document     String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY award_id
SETTINGS non_replicated_deduplication_window = 1000;

-- Which periods of a programme are confirmed, and by which events: all below the positions in the document.
CREATE TABLE award_periods
(
    programme_id LowCardinality(String),
    first        Date,
    version      UInt64,
    last         Date,
    settled_at   DateTime64(3, 'UTC'),
    closed_at    Nullable(DateTime64(3, 'UTC')),
    document     String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (programme_id, first)
SETTINGS non_replicated_deduplication_window = 1000;

-- For managers only: who is behind their own past or target, and what was noted. Amounts in minor units.
CREATE TABLE coaching
(
    who        LowCardinality(String),
    key        String,
    currency   LowCardinality(String),
    version    UInt64,
    week       Nullable(Date),
    weeks      UInt32,
    actual     Nullable(Int64),
    usual      Nullable(Int64),
    target     Nullable(Int64),
    orders     Int64,
    basket     Int64,
    discounts  Int64,
    returns    Int64,
    listed     UInt8,
    notes      UInt32,
    last_note  String,
    changed_at DateTime64(3, 'UTC'),
    document   String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (who, currency, key)
SETTINGS non_replicated_deduplication_window = 1000;

-- What everybody may see: awards that stand, from the time on at which their owners have known of them for long enough.
CREATE VIEW public_awards AS
SELECT *
FROM awards FINAL
WHERE status != 'withdrawn' AND public_at IS NOT NULL AND public_at <= now64(3);

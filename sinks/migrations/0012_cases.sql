-- Cases as they stand, newest version of each. Amounts in minor units; the document has all of it.
CREATE TABLE cases
(
    case_id       String,
    version       UInt64,
    kind          LowCardinality(String),
    state         LowCardinality(String),
    title         String,
    dimension     LowCardinality(String),
    key           String,
    store_id      LowCardinality(String),
    region        LowCardinality(String),
    currency      LowCardinality(String),
    business_date Date,
    window_start  DateTime64(3, 'UTC'),
    window_end    DateTime64(3, 'UTC'),
    opened_at     DateTime64(3, 'UTC'),
    opened_by     String,
    owner         String,
    shortfall     Nullable(Int64),
    outcome       Nullable(Int64),
    cause         LowCardinality(String),
    closed_at     Nullable(DateTime64(3, 'UTC')),
    closed_by     String,
    alerts        Array(String),
    evidence_kind      Array(LowCardinality(String)),
    evidence_label     Array(String),
    evidence_value     Array(Int64),
    evidence_usual     Array(Int64),
    evidence_unit      Array(LowCardinality(String)),
    evidence_unusual   Array(Int64),
    evidence_points_to Array(LowCardinality(String)),
    action_id     Array(String),
    action_text   Array(String),
    action_owner  Array(String),
    action_due    Array(Date),
    action_done   Array(Bool),
    about         String,
    document      String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY case_id
SETTINGS non_replicated_deduplication_window = 1000;

-- Ledger lines of every event that can be read, counted or not; which were not counted stands in outcomes.
CREATE TABLE lines
(
    epoch             UInt32,
    partition         UInt16,
    offset            UInt64,
    line_no           UInt32,
    book              LowCardinality(String),
    business_date     Date,
    origin_date       Date,
    quarter           DateTime('UTC'),
    occurred_at       DateTime64(3, 'UTC'),
    recorded_at       DateTime64(3, 'UTC'),
    source            String,
    event_id          String,
    order_id          String,
    type              LowCardinality(String),
    store_id          LowCardinality(String),
    till_id           String,
    region            LowCardinality(String),
    channel           LowCardinality(String),
    revenue_stream    LowCardinality(String),
    staff_id          String,
    product_id        String,
    product_name      String,
    category          LowCardinality(String),
    campaign          String,
    customer          String,
    currency          LowCardinality(String),
    kind              LowCardinality(String),
    gross             Int64,
    discounts         Int64,
    reversals         Int64,
    tax               Int64,
    shipping          Int64,
    tips              Int64,
    fees              Int64,
    gift_cards        Int64,
    adjustments       Int64,
    orders            Int64,
    zero_value_orders Int64,
    units             Int64,
    returned_units    Int64,
    product_orders    Int64,
    category_orders   Int64
)
ENGINE = ReplacingMergeTree
ORDER BY (business_date, store_id, epoch, partition, offset, line_no)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE outcomes
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

-- Each partition's own part of a total. The version is epoch << 40 | offset of the event that last changed it.
CREATE TABLE totals
(
    book                 LowCardinality(String),
    business_date        Date,
    currency             LowCardinality(String),
    dimension            LowCardinality(String),
    key                  String,
    partition            UInt16,
    version              UInt64,
    gross                Int64,
    discounts            Int64,
    reversals            Int64,
    tax                  Int64,
    shipping             Int64,
    tips                 Int64,
    fees                 Int64,
    gift_cards           Int64,
    adjustments          Int64,
    orders               Int64,
    zero_value_orders    Int64,
    units                Int64,
    returned_units       Int64,
    reversals_shift      Int64,
    tax_shift            Int64,
    shipping_shift       Int64,
    tips_shift           Int64,
    fees_shift           Int64,
    gift_cards_shift     Int64,
    adjustments_shift    Int64,
    returned_units_shift Int64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (book, business_date, currency, dimension, key, partition)
SETTINGS non_replicated_deduplication_window = 1000;

-- How far each partition was counted; received = counted + duplicates + superseded + dead.
CREATE TABLE positions
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

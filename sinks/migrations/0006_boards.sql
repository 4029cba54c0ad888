-- Boards ask for one dimension over many days as often as for one day: dimension before date, a partition a month.
-- Whatever part of this file was applied before a crash, applying it again changes nothing: what an exchange that
-- was not finished has left is put back first.
CREATE TABLE totals_by_dimension AS totals;

INSERT INTO totals SELECT * FROM totals_by_dimension SETTINGS max_partitions_per_insert_block = 0;

DROP TABLE totals_by_dimension;

CREATE TABLE totals_by_dimension
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
    returned_units_shift Int64,
    -- What the keys of stores and of their quarter hours say, taken apart once.
    store_id             LowCardinality(String) MATERIALIZED multiIf(
        dimension = 'store', key,
        dimension = 'store_quarter', arrayStringConcat(arrayPopBack(splitByChar('|', key)), '|'),
        ''),
    quarter              DateTime('UTC') MATERIALIZED if(
        dimension = 'store_quarter', toDateTime(toUInt32OrZero(splitByChar('|', key)[-1]), 'UTC'), 0)
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(business_date)
ORDER BY (book, dimension, currency, business_date, key, partition)
SETTINGS non_replicated_deduplication_window = 1000;

INSERT INTO totals_by_dimension SELECT * FROM totals SETTINGS max_partitions_per_insert_block = 0;

EXCHANGE TABLES totals_by_dimension AND totals;

-- What a running sink wrote between the copy and the exchange; the newer version wins as ever.
INSERT INTO totals SELECT * FROM totals_by_dimension SETTINGS max_partitions_per_insert_block = 0;

DROP TABLE IF EXISTS totals_by_dimension;

-- What came into the log lately is found without reading all that ever came.
ALTER TABLE events ADD INDEX IF NOT EXISTS by_recorded recorded_at TYPE minmax GRANULARITY 1;

ALTER TABLE events MATERIALIZE INDEX by_recorded;

ALTER TABLE lines ADD INDEX IF NOT EXISTS by_recorded recorded_at TYPE minmax GRANULARITY 1;

ALTER TABLE lines MATERIALIZE INDEX by_recorded;

-- Each store's clock: an instant plus the offset in force is the wall time since the store's cutoff, whose date is
-- the business date. The newest version of a store holds; a row per change of clocks, zone or cutoff.
CREATE TABLE store_clocks
(
    store_id       LowCardinality(String),
    version        UInt64,
    starts_at      DateTime('UTC'),
    offset_seconds Int32,
    cutoff_seconds Int32,
    name           String,
    region         LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (store_id, version, starts_at)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE VIEW clocks AS
SELECT store_id, starts_at, offset_seconds, cutoff_seconds, name, region
FROM store_clocks
WHERE (store_id, version) IN (SELECT store_id, max(version) FROM store_clocks GROUP BY store_id);

-- The stores as they are now, each with its own business date and the wall-clock seconds since that day began.
CREATE VIEW stores AS
SELECT
    store_id,
    name,
    region,
    offset_seconds,
    cutoff_seconds,
    toDate(toDateTime(toUnixTimestamp(now()) + offset_seconds, 'UTC')) AS today,
    toInt64(toUnixTimestamp(now()) + offset_seconds - toUnixTimestamp(toDateTime(today, 'UTC'))) AS now_second
FROM store_clocks
WHERE starts_at <= now()
ORDER BY version DESC, starts_at DESC
LIMIT 1 BY store_id;

-- Weeks and months of every business date: ISO weeks with calendar months, and the 4-5-4 calendar of retail.
CREATE VIEW calendar AS
WITH
    toDate('1999-12-26') + number AS day,
    toDate(makeDate(toYear(day), 1, 29)) AS this_29,
    this_29 + (7 - toDayOfWeek(this_29)) AS this_start,
    toDate(makeDate(toYear(day) - 1, 1, 29)) AS last_29,
    last_29 + (7 - toDayOfWeek(last_29)) AS last_start,
    if(day >= this_start, this_start, last_start) AS year_start,
    toUInt16(intDiv(day - year_start, 7)) AS week_number,
    least(intDiv(week_number, 13), 3) AS quarter_number,
    week_number - 13 * quarter_number AS week_of_quarter,
    quarter_number * 3 + multiIf(week_of_quarter < 4, 0, week_of_quarter < 9, 1, 2) AS month_number
SELECT
    day AS business_date,
    toMonday(day) AS iso_week,
    toStartOfMonth(day) AS calendar_month,
    day - toDayOfWeek(day) % 7 AS retail_week,
    year_start + 7 * (13 * quarter_number + [0, 4, 9][month_number % 3 + 1]) AS retail_month
FROM numbers(22646);

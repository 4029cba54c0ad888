-- Leaderboards that are kept live, as snapshots: every version stays, a row for each place that was shown.
-- `audience` managers: the last places, counted from the last; place 0 says how many were ranked, whoever they are.
-- Amounts in minor units, ratios in millionths (`unit`); `moved` is ranks risen since the period before, NULL if new.
CREATE TABLE leaderboards
(
    ranked_by      LowCardinality(String),
    period         LowCardinality(String),
    period_first   Date,
    period_last    Date,
    measure        LowCardinality(String),
    view           LowCardinality(String),
    currency       LowCardinality(String),
    peers          LowCardinality(String),
    peer_group     String,
    minimum_orders UInt32,
    version        UInt64,
    audience       Enum8('everyone' = 1, 'managers' = 2),
    place          UInt16,
    rank           UInt32,
    key            String,
    value          Int64,
    moved          Nullable(Int32),
    unit           LowCardinality(String),
    ranked         UInt32,
    left_out       UInt32,
    day_state      Enum8('provisional' = 1, 'closed' = 2),
    as_of          Nullable(DateTime64(3, 'UTC')),
    made_at        DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(period_last)
ORDER BY
(
    ranked_by, period, period_last, measure, view, currency, peers, peer_group, minimum_orders, period_first,
    version, audience, place
)
SETTINGS non_replicated_deduplication_window = 1000;

-- The newest snapshot of each board.
CREATE VIEW newest_leaderboards AS
SELECT *
FROM leaderboards FINAL
WHERE
    (ranked_by, period, period_last, measure, view, currency, peers, peer_group, minimum_orders, version) IN
    (
        SELECT ranked_by, period, period_last, measure, view, currency, peers, peer_group, minimum_orders, max(version)
        FROM leaderboards
        GROUP BY ranked_by, period, period_last, measure, view, currency, peers, peer_group, minimum_orders
    );

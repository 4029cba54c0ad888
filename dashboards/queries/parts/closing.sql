    -- When the days of `dates` close: a day ends at midnight of its store's own clock, and closes its grace time later.
    clock AS
    (
        SELECT store_id, offset_seconds, toDateTime(toUnixTimestamp(starts_at) + if(starts_at = 0, 0, offset_seconds), 'UTC') AS wall
        FROM clocks
    ),
    closing AS
    (
        SELECT
            ending.store_id AS store_id,
            ending.business_date AS business_date,
            toDateTime64(toUnixTimestamp(ending.ends) - clock.offset_seconds + ${grace_hours} * 3600, 3, 'UTC') AS closes_at
        FROM (SELECT DISTINCT store_id, business_date, toDateTime(business_date + 1, 'UTC') AS ends FROM dates) AS ending
        ASOF LEFT JOIN clock ON clock.store_id = ending.store_id AND clock.wall <= ending.ends
    )

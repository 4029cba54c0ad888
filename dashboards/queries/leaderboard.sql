-- The newest snapshot of a leaderboard that is kept live, in every currency: the best, and for managers the last.
-- Without {managers:Bool} nobody's low place is in the answer. Values are in `unit`: minor units, count or millionths.
SELECT
    currency,
    peer_group,
    period_first,
    period_last,
    audience,
    place,
    rank,
    key,
    value,
    moved,
    unit,
    ranked,
    left_out,
    day_state,
    toUnixTimestamp64Milli(as_of) AS as_of_ms,
    toUnixTimestamp64Milli(made_at) AS made_ms
FROM newest_leaderboards
WHERE ranked_by = {by:String}
    AND period = {period:String}
    AND measure = {measure:String}
    AND view = {view:String}
    AND peers = {peers:String}
    AND {day:Date} BETWEEN period_first AND period_last
    AND place > 0
    AND (audience = 'everyone' OR {managers:Bool})
ORDER BY currency, peer_group, period_last DESC, audience, place

-- How far signals are counted: their number, and when the newest of them was recorded (milliseconds since 1970).
SELECT sum(received) AS received, toUnixTimestamp64Milli(max(recorded_at)) AS newest_recorded_ms
FROM (SELECT * FROM signal_positions FINAL)

-- One row that differs whenever something the board shows has been written. Merges of parts may change it too:
-- the board is then read once for nothing.
SELECT
    (SELECT sum(version) FROM positions) AS positions_mark,
    (SELECT sum(version) FROM totals WHERE book = 'sales' AND business_date IN {dates:Array(Date)}) AS totals_mark,
    (SELECT count() FROM lines WHERE business_date IN {dates:Array(Date)}) AS lines_mark

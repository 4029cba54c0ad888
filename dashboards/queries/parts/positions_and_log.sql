FROM (SELECT * FROM positions FINAL) AS positions
FULL JOIN
(
    SELECT partition, epoch, max(offset) + 1 AS next_offset, max(recorded_at) AS written_at
    FROM events
    WHERE epoch IN (SELECT max(epoch) FROM events)
    GROUP BY partition, epoch
) AS raw USING (partition, epoch)

-- For managers only: what was noted about whom, the newest first.
SELECT
    key AS who,
    parseDateTimeBestEffort(JSONExtractString(note, 'at'), 'UTC') AS noted_at,
    JSONExtractString(note, 'by') AS noted_by,
    JSONExtractString(note, 'text') AS note_text
FROM coaching FINAL
ARRAY JOIN JSONExtractArrayRaw(document, 'notes') AS note
WHERE currency = ${currency:sqlstring}
ORDER BY noted_at DESC, who
LIMIT 100

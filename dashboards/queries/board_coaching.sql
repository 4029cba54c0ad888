-- Who is behind or on the coaching list, longest first; for managers only.
SELECT document FROM coaching FINAL WHERE weeks > 0 OR listed ORDER BY weeks DESC, who, key LIMIT {limit:UInt32}

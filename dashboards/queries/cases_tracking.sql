-- What people say is wrong with the tracking itself, as long as it is open.
SELECT case_id, about, title AS said, opened_by, opened_at, owner
FROM cases FINAL
WHERE kind = 'tracking' AND state = 'open' AND {% include "parts/chosen_cases.sql" %}
ORDER BY opened_at DESC, case_id
LIMIT 100

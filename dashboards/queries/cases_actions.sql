-- Actions that are still to be done, most urgent first.
SELECT
    toString(until) AS due,
    if(until < today(), 'overdue', '') AS overdue,
    action_of AS action,
    responsible,
    case_title
FROM
(
    SELECT title AS case_title, one.1 AS action_of, one.2 AS responsible, one.3 AS until
    FROM cases FINAL
    ARRAY JOIN arrayZip(action_text, action_owner, action_due, action_done) AS one
    WHERE NOT one.4 AND {% include "parts/chosen_cases.sql" %}
)
ORDER BY until, case_title, action
LIMIT 100

"""Reading cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from daybook.schemas.cases import Case
from daybook.sinks.store import Store

_CASES: Final = """
SELECT document FROM cases FINAL
WHERE state IN {states:Array(String)} AND business_date >= {first:Date}
ORDER BY state = 'closed', coalesce(outcome, shortfall, 0), opened_at DESC
LIMIT {limit:UInt32}
"""
_ONE: Final = (
    "SELECT document FROM cases FINAL WHERE startsWith(case_id, {key:String}) ORDER BY case_id LIMIT 2"
)
_EARLIEST: Final = date(1990, 1, 1)


def cases(store: Store, states: Sequence[str], first: date = _EARLIEST, limit: int = 200) -> list[Case]:
    """Cases in some states, of business dates from one on: open ones first, the dearest first."""
    rows = store.rows(_CASES, {"states": list(states), "first": first, "limit": limit})
    return [Case.model_validate_json(row[0]) for row in rows]


def cases_by_id(store: Store, key: str) -> list[Case]:
    """The cases whose id is this, else those whose id begins so; two at most."""
    found = [Case.model_validate_json(row[0]) for row in store.rows(_ONE, {"key": key})]
    return [case for case in found if case.case_id == key] or found

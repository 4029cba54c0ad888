"""The row of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from daybook.schemas import topics
from daybook.schemas.cases import Case
from daybook.sinks.rows import milliseconds
from daybook.sinks.states import StateRecord, StateTopic
from daybook.sinks.store import Row

_EVIDENCE: Final = ("kind", "label", "value", "usual", "unit", "unusual", "points_to")
_ACTIONS: Final = ("id", "text", "owner", "due", "done")
_COLUMNS: Final = (
    "case_id", "version", "kind", "state", "title", "dimension", "key", "store_id", "region", "currency",
    "business_date", "window_start", "window_end", "opened_at", "opened_by", "owner", "shortfall", "outcome",
    "cause", "closed_at", "closed_by", "alerts", *(f"evidence_{name}" for name in _EVIDENCE),
    *(f"action_{name}" for name in _ACTIONS), "about", "document",
)  # fmt: skip


def case_rows(record: StateRecord) -> Sequence[Row]:
    """The row of a case.

    Raises:
        pydantic.ValidationError: not a case.
    """
    case = Case.model_validate_json(record.value)
    return [(*_head(case), *_evidence(case), *_actions(case), _about(case), record.value.decode())]


def _head(case: Case) -> Row:
    scope = case.scope
    return (
        case.case_id,
        case.version,
        case.kind.value,
        case.state.value,
        case.title,
        scope.dimension.value,
        scope.key or "",
        scope.store or "",
        scope.region or "",
        scope.currency or "",
        case.business_date,
        milliseconds(case.window_start),
        milliseconds(case.window_end),
        milliseconds(case.opened_at),
        case.opened_by,
        case.owner or "",
        case.shortfall,
        case.outcome,
        case.cause.value if case.cause else "",
        _instant(case.closed_at),
        case.closed_by or "",
        case.alerts,
    )


def _evidence(case: Case) -> Row:
    """Columns of the evidence: a list of each field."""
    every = case.evidence
    return (
        [one.kind for one in every],
        [one.label or "" for one in every],
        [one.value for one in every],
        [one.usual for one in every],
        [one.unit for one in every],
        [one.unusual for one in every],
        [one.points_to.value for one in every],
    )


def _actions(case: Case) -> Row:
    every = case.actions
    return (
        [one.action_id for one in every],
        [one.text for one in every],
        [one.owner for one in every],
        [one.due for one in every],
        [one.done_at is not None for one in every],
    )


def _about(case: Case) -> str:
    """What is wrong with the tracking, as one text."""
    if case.about is None:
        return ""
    where = f" on {case.about.board}" if case.about.board else ""
    return f"{case.about.thing.value} {case.about.name}{where}"


def _instant(moment: datetime | None) -> int | None:
    return milliseconds(moment) if moment is not None else None


CASES: Final = StateTopic(topics.CASES, "cases", _COLUMNS, case_rows)

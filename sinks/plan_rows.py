"""What records of targets, adjustments and projections become in ClickHouse."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from daybook.ledger.calendar import QUARTER
from daybook.schemas import topics
from daybook.schemas.plans import decode_adjustment, decode_target
from daybook.schemas.projections import Projections
from daybook.sinks.states import StateRecord, StateTopic
from daybook.sinks.store import Row

_PLAN: Final = ("first", "last", "withdrawn", "set_at", "set_by", "reason", "recorded_at", "version")
_FIGURES: Final = (
    "scope", "key", "currency", "business_date", "second", "actual", "expected", "close", "low", "high",
    "usual_close", "adjustment", "target", "target_by_now", "chance", "at_risk", "closed",
)  # fmt: skip


def target_rows(record: StateRecord) -> list[Row]:
    """One row: each change of a target has its own."""
    target = decode_target(record.value)
    own = (target.scope, target.key or "", target.currency, target.period.value, target.amount)
    plan = (target.first, target.last, target.withdrawn, target.set_at, target.set_by or "", target.reason)
    return [(*own, *plan, record.recorded_at, record.version)]


def adjustment_rows(record: StateRecord) -> list[Row]:
    """One row: each change of an adjustment has its own."""
    made = decode_adjustment(record.value)
    own = (made.adjustment_id, made.scope, made.key or "", made.factor, made.source.value)
    plan = (made.first, made.last, made.withdrawn, made.set_at, made.set_by or "", made.reason)
    return [(*own, *plan, record.recorded_at, record.version)]


def projection_rows(record: StateRecord) -> list[Row]:
    """A row for each store, region and currency; of a quarter hour the last one stays."""
    told = Projections.model_validate_json(record.value)
    quarter = int(told.taken_at.timestamp()) // QUARTER * QUARTER
    return [
        (quarter, _milliseconds(told.taken_at), record.version, *(getattr(each, name) for name in _FIGURES))
        for each in told.snapshots
    ]


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


TARGETS: Final = StateTopic(
    topics.TARGETS, "targets", ("scope", "key", "currency", "period", "amount", *_PLAN), target_rows
)
ADJUSTMENTS: Final = StateTopic(
    topics.ADJUSTMENTS,
    "adjustments",
    ("adjustment_id", "scope", "key", "factor", "source", *_PLAN),
    adjustment_rows,
)
PROJECTIONS: Final = StateTopic(
    topics.PROJECTIONS, "projections", ("quarter", "taken_at", "version", *_FIGURES), projection_rows
)

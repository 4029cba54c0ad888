"""Reading targets and adjustments back: all that were ever set."""

from __future__ import annotations

from typing import Any, Final

from daybook.schemas.adjustments import Adjustment, AdjustmentSource
from daybook.schemas.targets import Target, TargetPeriod
from daybook.sinks.store import Store

_TARGETS: Final = """
SELECT scope, key, currency, period, amount, first, last, withdrawn, set_at, set_by, reason
FROM targets FINAL ORDER BY set_at, scope, key, currency, period, first
"""
_ADJUSTMENTS: Final = """
SELECT adjustment_id, scope, key, factor, source, first, last, withdrawn, set_at, set_by, reason
FROM adjustments FINAL ORDER BY set_at, adjustment_id
"""


def stored_targets(store: Store) -> list[Target]:
    """All targets, in the order in which they were set."""
    return [
        Target.model_validate(_plan(row) | {"period": TargetPeriod(row["period"])})
        for row in store.records(_TARGETS)
    ]


def stored_adjustments(store: Store) -> list[Adjustment]:
    """All adjustments, in the order in which they were set."""
    return [
        Adjustment.model_validate(_plan(row) | {"source": AdjustmentSource(row["source"])})
        for row in store.records(_ADJUSTMENTS)
    ]


def _plan(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"key": row["key"] or None, "set_by": row["set_by"] or None}

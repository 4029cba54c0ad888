"""How long ClickHouse keeps what need not be kept for ever, as TTL of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from daybook.sinks.replicated import on_cluster
from daybook.sinks.store import Store

AGES: Final = {
    "raw_events": (("events", "recorded_at"), ("signal_events", "recorded_at")),
    "dead_letters": (("dead_letters", "recorded_at"), ("signal_dead_letters", "recorded_at")),
    "projections": (("projections", "taken_at"),),
    "leaderboards": (("leaderboards", "made_at"),),
    "notifications": (("notifications", "decided_at"),),
}
"""What may be let go, and from which column of which tables its age is told. Lines and totals are kept."""
_ENGINE: Final = """
SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = {table:String}
"""


def set_retention(store: Store, days: Mapping[str, int | None], cluster: str | None = None) -> list[str]:
    """Have rows let go of after so many days, or with None never; the tables of which that has changed.

    Args:
        store: migrated.
        days: by the names of ``AGES``; what is not named stays as it is.
        cluster: all servers of which are told, if one is named.

    Raises:
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    changed = []
    for name, kept in days.items():
        for table, column in AGES[name]:
            engine = str(store.value(_ENGINE, {"table": table}))
            if kept is None:
                if " TTL " in engine:
                    store.command(_said(f"ALTER TABLE {table} REMOVE TTL", cluster))
                    changed.append(table)
                continue
            rule = f"toDateTime({column}) + toIntervalDay({kept:d})"
            if f" TTL {rule}" not in engine:
                store.command(_said(f"ALTER TABLE {table} MODIFY TTL {rule}", cluster))
                changed.append(table)
    return changed


def _said(statement: str, cluster: str | None) -> str:
    return statement if cluster is None else on_cluster(statement, cluster)

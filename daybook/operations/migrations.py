"""Bringing a database up to date."""

from __future__ import annotations

from pydantic import Field

from daybook.operations.base import Args, Document, Place
from daybook.sinks.migrate import migrate as apply
from daybook.sinks.retention import set_retention
from daybook.sinks.sharded import make_spread


class MigrateArgs(Args):
    """How long what is kept, and on which servers."""

    keep: dict[str, int | None] = Field(
        default_factory=dict,
        description="Days by the names of ``daybook.sinks.retention``; None is for ever.",
    )
    cluster: str | None = Field(None, description="Of which every server gets the tables, as replicas.")


def migrate(place: Place, args: MigrateArgs) -> Document:
    """Which migrations were applied just now, and of which tables the retention has changed."""
    applied = apply(place.store, args.cluster)
    return {
        "database": place.store.database,
        "applied": applied,
        "retention_changed": set_retention(place.store, args.keep, args.cluster),
    }


class SpreadArgs(Args):
    """Over which shards."""

    cluster: str


def spread(place: Place, args: SpreadArgs) -> Document:
    """Which tables are over all shards now; those with the rows have been migrated before."""
    return {"database": place.store.database, "tables": make_spread(place.store, args.cluster)}

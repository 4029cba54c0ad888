"""Bringing a database up to date."""

from __future__ import annotations

from daybook.operations.base import Args, Document, Place
from daybook.sinks.migrate import migrate as apply


class MigrateArgs(Args):
    """Nothing to say."""


def migrate(place: Place, _args: MigrateArgs) -> Document:
    """Which migrations were applied just now."""
    return {"database": place.store.database, "applied": apply(place.store)}

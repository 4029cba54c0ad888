"""Numbered migrations: each is applied once, in order, and never changed afterwards."""

from __future__ import annotations

import hashlib
import re
import time
from importlib import resources
from typing import Final, NamedTuple

from daybook.sinks.errors import StoreRefused
from daybook.sinks.replicated import on_cluster
from daybook.sinks.store import Store

_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_NOT_THERE: Final = ("UNKNOWN_DATABASE", "UNKNOWN_TABLE")
_RECORDS: Final = """
CREATE TABLE IF NOT EXISTS migrations
(
    number     UInt32,
    name       String,
    checksum   String,
    applied_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY number
"""


class Migration(NamedTuple):
    """One numbered file of statements."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Tells a file that was changed after it had been applied."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statements(self) -> list[str]:
        """The statements, without comments; each ends with a semicolon at a line's end."""
        text = re.sub(r"^--.*$", "", self.text, flags=re.MULTILINE)
        return [part.strip() for part in re.split(r";[ \t]*(?:\n|$)", text) if part.strip()]


def migrations() -> list[Migration]:
    """All migrations, in order.

    Raises:
        ValueError: numbers are missing or used twice.
    """
    folder = resources.files("daybook.sinks") / "migrations"
    found = [
        Migration(int(match.group(1)), entry.name, entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if (match := _NAME.fullmatch(entry.name))
    ]
    found.sort()
    if [m.number for m in found] != list(range(1, len(found) + 1)):
        raise ValueError("migrations must be numbered 0001, 0002 and so on")
    return found


def migrate(store: Store, cluster: str | None = None) -> list[str]:
    """Create the database if need be and apply what is missing; the names of what was applied.

    With a ``cluster`` tables are made on all its servers, as replicas; the database has to be there on each.

    Raises:
        StoreUnavailable: no answer.
        StoreRefused: a statement failed, or a migration differs from what was applied.
    """
    store.create_database()
    store.command(_said(_RECORDS.strip(), cluster))
    done = {int(row[0]): str(row[1]) for row in store.rows("SELECT number, checksum FROM migrations FINAL")}
    applied = []
    for migration in migrations():
        known = done.get(migration.number)
        if known is None:
            _apply(store, migration, cluster)
            applied.append(migration.name)
        elif known != migration.checksum:
            raise StoreRefused(
                f"{migration.name} was changed after it had been applied; add a new migration instead"
            )
    return applied


def missing_migrations(store: Store) -> list[str]:
    """Names of the migrations that are not applied yet; nothing is changed.

    Raises:
        StoreUnavailable: no answer.
        StoreRefused: a migration differs from what was applied, or we may not look.
    """
    try:
        found = store.rows("SELECT number, checksum FROM migrations FINAL")
    except StoreRefused as error:
        if any(name in str(error) for name in _NOT_THERE):
            return [migration.name for migration in migrations()]
        raise
    done = {int(number): str(checksum) for number, checksum in found}
    for migration in migrations():
        if done.get(migration.number, migration.checksum) != migration.checksum:
            raise StoreRefused(f"{migration.name} was applied in another form: install the version that did")
    return [migration.name for migration in migrations() if migration.number not in done]


def _said(statement: str, cluster: str | None) -> str:
    return statement if cluster is None else on_cluster(statement, cluster)


def _apply(store: Store, migration: Migration, cluster: str | None) -> None:
    # ClickHouse has no transaction over DDL: after a crash in the middle the file is run again.
    for statement in migration.statements:
        again = re.sub(r"^CREATE (TABLE|VIEW) ", r"CREATE \1 IF NOT EXISTS ", statement)
        store.command(_said(again, cluster))
    row = [migration.number], [migration.name], [migration.checksum], [time.time_ns() // 1_000_000]
    store.insert("migrations", dict(zip(("number", "name", "checksum", "applied_at"), row, strict=True)))

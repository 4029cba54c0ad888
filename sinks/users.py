"""ClickHouse's users with what each may do and no more, as SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from daybook.sinks.sharded import rows_database

STAGING: Final = "rebuilt_totals, rebuilt_lines"
GRANTS: Final[Mapping[str, str]] = {
    # Makes tables and views, and notes which migrations are applied.
    "daybook_migrator": "SELECT, INSERT, CREATE, ALTER, DROP",
    # The sink: it adds rows. What it wrote beyond a cut is taken back when partitions become more.
    "daybook_writer": "SELECT, INSERT, ALTER DELETE",
    # Recomputes days: replaces rows, over tables of its own. Forgets a customer's reference.
    "daybook_reconciler": "SELECT, INSERT, ALTER DELETE, ALTER UPDATE, CREATE TABLE, DROP TABLE",
    # Grafana, the live page, the workers' look-ups: nothing but reading.
    "daybook_reader": "SELECT",
}
READER: Final = "daybook_reader"
_SHARDED: Final = ("distributed_product_mode = 'global'", "distributed_foreground_insert = 1")
_LIMITS: Final = "max_execution_time = 30 CHANGEABLE_IN_READONLY, readonly = 1"


def user_statements(database: str, passwords: Mapping[str, str], *, shards: bool = False) -> list[str]:
    """Statements that make each user, or give it the password named; they may be run again.

    Args:
        database: the database of Daybook's tables.
        passwords: by user. Only their hashes stand in the statements.
        shards: whether rows are spread over shards, where joins have to ask all of them, and an insert has
            to be through with them before it is answered.
    """
    statements = []
    for user, grants in GRANTS.items():
        digest = hashlib.sha256(passwords[user].encode()).hexdigest()
        said = [*([_LIMITS] if user == READER else []), *(_SHARDED if shards else [])]
        limits = f" SETTINGS {', '.join(said)}" if said else ""
        login = f"IDENTIFIED WITH sha256_hash BY '{digest}'"
        statements += [
            f"CREATE USER IF NOT EXISTS {user} {login}{limits}",
            f"ALTER USER {user} {login}{limits}",
            f"GRANT {grants} ON `{database}`.* TO {user}",
        ]
        if shards:
            statements.append(f"GRANT {grants} ON `{rows_database(database)}`.* TO {user}")
    statements.append("GRANT CREATE DATABASE ON *.* TO daybook_migrator")
    return statements

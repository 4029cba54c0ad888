"""Rows spread over shards: a database of Distributed tables over those that have each shard's rows.

Readers and the sink use the database by its name, and find every table and view in it. The tables with rows
are those of the migrations, in a second database on every server. What a Kafka partition brings stays on one
shard: there the newest version of a row wins, and what was taken back is found beside what it takes back.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from daybook.sinks.migrate import migrations
from daybook.sinks.replicated import on_cluster
from daybook.sinks.store import Store

_ALIKE: Final = "partition"
"""The sharding key of all that is counted by partition."""
_TABLES: Final = """
SELECT name, groupArray(column) FROM (
    SELECT t.name AS name, c.name AS column, c.position AS position
    FROM system.tables AS t JOIN system.columns AS c ON t.database = c.database AND t.name = c.table
    WHERE t.database = {database:String} AND t.engine LIKE '%MergeTree'
    ORDER BY name, position)
GROUP BY name ORDER BY name
"""
_IDS: Final = {
    "store_clocks": "store_id",
    "alerts": "dedup_key",
    "notifications": "notification_id",
    "leaderboards": "ranked_by",
    "targets": "key",
    "adjustments": "adjustment_id",
    "projections": "key",
    "awards": "award_id",
    "award_periods": "programme_id",
    "coaching": "key",
    "cases": "case_id",
    "migrations": "number",
}
"""Tables without partitions, by a column of their key: all versions of a row are on one shard."""


class Spread(NamedTuple):
    """Names: the cluster, the database that is used, and the one on each shard that has the rows."""

    cluster: str
    database: str
    rows: str


def rows_database(database: str) -> str:
    """The database on each shard that has the rows."""
    return f"{database}_rows"


def sharding_key(table: str, columns: list[str]) -> str:
    """By what a table's rows are spread.

    Raises:
        ValueError: a table has neither partitions nor an id that is known here.
    """
    if _ALIKE in columns:
        return _ALIKE
    if table not in _IDS:
        raise ValueError(f"the table {table} has no sharding key")
    return f"sipHash64({_IDS[table]})"


def spread_table(spread: Spread, table: str, columns: list[str]) -> str:
    """The statement that makes a table over all shards."""
    arguments = f"{spread.cluster}, {spread.rows}, {table}, {sharding_key(table, columns)}"
    made = f"CREATE TABLE IF NOT EXISTS {spread.database}.{table} ON CLUSTER {spread.cluster}"
    return f"{made} AS {spread.rows}.{table} ENGINE = Distributed({arguments})"


def spread_views(cluster: str) -> list[str]:
    """The statements that make the migrations' views, over the tables of all shards."""
    found = [text for migration in migrations() for text in migration.statements]
    return [on_cluster(text, cluster) for text in found if text.startswith(("CREATE VIEW", "DROP VIEW"))]


def make_spread(store: Store, cluster: str) -> list[str]:
    """Make tables and views over all shards in the store's database; the tables' names.

    The database with the rows has been migrated on the cluster.

    Raises:
        StoreUnavailable, StoreRefused: ClickHouse gave no answer, or an error.
    """
    spread = Spread(cluster, store.database, rows_database(store.database))
    tables = store.rows(_TABLES, {"database": spread.rows})
    for name, columns in tables:
        store.command(spread_table(spread, str(name), list(columns)))
    for statement in spread_views(cluster):
        store.command(statement.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
    return [str(name) for name, _ in tables]


def is_spread(store: Store) -> bool:
    """Whether a store's rows are on shards. Raises what ``Store.rows`` raises."""
    asked = "SELECT count() FROM system.tables WHERE database = currentDatabase() AND engine = 'Distributed'"
    return int(store.value(asked)) > 0

"""Migrations as a cluster takes them. There is no cluster here: the real parser checks their syntax."""

from __future__ import annotations

import re

import pytest

from daybook.sinks.migrate import migrations
from daybook.sinks.replicated import on_cluster
from daybook.sinks.store import Store

STATEMENTS = [statement for migration in migrations() for statement in migration.statements]


def test_every_table_is_replicated_and_told_to_all_servers() -> None:
    """No statement that makes, changes or drops is left to one server; rows that are moved are moved once."""
    for statement in STATEMENTS:
        said = on_cluster(statement, "shops")
        assert ("ON CLUSTER shops" in said) == (not statement.startswith("INSERT")), statement
        assert not re.search(r"ENGINE = (Replacing)?MergeTree", said)
        assert "non_replicated" not in said
        assert said.count("Replicated") == len(re.findall(r"ENGINE = (?:Replacing)?MergeTree", statement))


def test_versions_stay_where_they_decide() -> None:
    """A table whose newest version holds is one as a replica, too."""
    assert on_cluster("CREATE TABLE a (v UInt8) ENGINE = ReplacingMergeTree(v) ORDER BY v", "c") == (
        "CREATE TABLE a ON CLUSTER c (v UInt8) ENGINE = ReplicatedReplacingMergeTree("
        "'/clickhouse/tables/{uuid}/{shard}', '{replica}', v) ORDER BY v"
    )


@pytest.mark.parametrize("cluster", ["a b", "a;DROP TABLE b", "", "a'"])
def test_a_name_is_a_name(cluster: str) -> None:
    """Nothing but a name gets into a statement."""
    with pytest.raises(ValueError, match="no name"):
        on_cluster("DROP TABLE a", cluster)


def test_clickhouse_reads_all_of_them(embedded: Store) -> None:
    """Its own parser takes each statement, as it is said to a cluster."""
    for statement in STATEMENTS:
        assert embedded.rows(f"EXPLAIN AST {on_cluster(statement, 'shops')}")

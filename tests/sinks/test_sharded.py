"""Rows on shards. There is no cluster here: the real parser checks the statements, pure tests the rest."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

from daybook.ledger.calendar import Calendar
from daybook.operations.base import CannotAct, Place, need_one_shard
from daybook.operations.forgetting import ForgetArgs, forget
from daybook.sinks.migrate import migrate, migrations
from daybook.sinks.retention import set_retention
from daybook.sinks.sharded import Spread, is_spread, make_spread, sharding_key, spread_table, spread_views
from daybook.sinks.store import Store
from daybook.sinks.users import GRANTS, user_statements

SPREAD = Spread("shops", "daybook", "daybook_rows")


class Recorder:
    """A store that notes what it is told, with the answers of another."""

    def __init__(self, store: Store) -> None:
        self.database = "daybook"
        self.said: list[str] = []
        self._store = store

    def rows(self, sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Asked of the real tables, which stand for those of a shard."""
        return self._store.rows(sql, {**parameters, "database": self._store.database})

    def command(self, sql: str) -> None:
        """Noted."""
        self.said.append(sql)


@pytest.fixture
def said(embedded: Store) -> list[str]:
    """All that a migration over shards says, with the columns of the real tables."""
    migrate(embedded)
    recorder = Recorder(embedded)
    make_spread(cast("Store", recorder), "shops")
    return recorder.said


def test_every_table_and_view_is_over_all_shards(said: list[str], embedded: Store) -> None:
    """None is left out, and ClickHouse's parser takes each statement."""
    tables = embedded.rows("SELECT name FROM system.tables WHERE database = currentDatabase()")
    named = {re.search(r"(\w+) ON CLUSTER shops", statement) for statement in said}
    assert {found.group(1) for found in named if found} == {name for (name,) in tables}
    for statement in said:
        assert embedded.rows(f"EXPLAIN AST {statement}")


def test_all_versions_of_a_row_are_on_one_shard(embedded: Store) -> None:
    """What a table is spread by is part of its sorting key, by which ClickHouse finds what is replaced."""
    migrate(embedded)
    asked = (
        "SELECT t.name, any(t.sorting_key), groupArray(c.name) FROM system.tables AS t"
        " JOIN system.columns AS c ON t.database = c.database AND t.name = c.table"
        " WHERE t.database = currentDatabase() AND t.engine LIKE '%MergeTree' GROUP BY t.name"
    )
    found = embedded.rows(asked)
    assert len(found) > 20
    for table, key, columns in found:
        by = sharding_key(table, list(columns))
        assert by.removeprefix("sipHash64(").removesuffix(")") in re.split(r",\s*", key), table


def test_a_table_that_nobody_placed_is_found() -> None:
    """A new one without partitions has to be given a key here."""
    with pytest.raises(ValueError, match="no sharding key"):
        sharding_key("new", ["id"])
    assert spread_table(SPREAD, "lines", ["partition"]).endswith(
        "Distributed(shops, daybook_rows, lines, partition)"
    )


def test_views_are_those_of_the_migrations() -> None:
    """All of them, on every server."""
    made = [s for m in migrations() for s in m.statements if s.startswith("CREATE VIEW")]
    assert len(spread_views("shops")) == len(made) > 5


def test_users_ask_all_shards(embedded: Store) -> None:
    """Each has its rights on both databases; a join of a reader's asks all shards."""
    statements = user_statements("daybook", dict.fromkeys(GRANTS, "made-up"), shards=True)
    assert sum("`daybook_rows`" in statement for statement in statements) == len(GRANTS)
    assert all(
        "distributed_product_mode" in s for s in statements if s.startswith(("CREATE USER", "ALTER USER"))
    )
    for statement in statements:
        assert embedded.rows(f"EXPLAIN AST {statement}")


def test_how_long_what_is_kept_is_said_to_all(embedded: Store) -> None:
    """A server that was not told would keep its rows for ever."""
    migrate(embedded)
    recorder = Recorder(embedded)
    recorder.value = lambda *_: "ReplacingMergeTree"  # type: ignore[attr-defined]  # what engines are now
    set_retention(cast("Store", recorder), {"raw_events": 30}, "shops")
    assert len(recorder.said) == 2
    assert all(" ON CLUSTER shops MODIFY TTL" in statement for statement in recorder.said)


def test_what_replaces_rows_is_refused_there(embedded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sentence; on one server nothing is in its way."""
    assert not is_spread(embedded)
    need_one_shard(embedded)
    monkeypatch.setattr("daybook.operations.base.is_spread", lambda _store: True)
    with pytest.raises(CannotAct, match="on shards"):
        forget(Place(embedded, Calendar([])), ForgetArgs(customer="0" * 32))

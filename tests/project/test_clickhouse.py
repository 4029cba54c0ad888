from __future__ import annotations

from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from tests.support.clickhouse import ClickHouseServer, connect, fresh_database

TABLE = """
    CREATE TABLE totals (store_id String, version UInt64, net Int64, at DateTime64(3, 'UTC'))
    ENGINE = ReplacingMergeTree(version) ORDER BY store_id
"""
COLUMNS = ["store_id", "version", "net", "at"]
NOON = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def test_a_table_is_created_and_read_over_http(clickhouse_url: str, clickhouse_database: str) -> None:
    """Rows written over HTTP are read back with their types, and of two versions the newer one stays."""
    with connect(clickhouse_url, clickhouse_database) as client:
        client.command(TABLE)
        client.insert("totals", [["s1", 2, 120_450, NOON], ["s2", 1, -7, NOON]], column_names=COLUMNS)
        client.insert("totals", [["s1", 1, 99, NOON]], column_names=COLUMNS)
        result = client.query("SELECT store_id, net, at FROM totals FINAL ORDER BY store_id", tz_mode="aware")
    assert result.result_rows == [("s1", 120_450, NOON), ("s2", -7, NOON)]


def test_each_database_is_fresh_and_dropped_afterwards(clickhouse_url: str) -> None:
    """Two databases know nothing of each other's tables, and neither is left over."""
    with fresh_database(clickhouse_url) as first, fresh_database(clickhouse_url) as second:
        with connect(clickhouse_url, first) as client:
            client.command(TABLE)
        with (
            connect(clickhouse_url, second) as client,
            pytest.raises(DatabaseError, match="UNKNOWN_TABLE"),
        ):
            client.query("SELECT count() FROM totals")
    with connect(clickhouse_url) as client:
        names = {row[0] for row in client.query("SHOW DATABASES").result_rows}
    assert not names & {first, second}


def test_a_killed_server_comes_back_with_its_data(clickhouse_server: ClickHouseServer) -> None:
    """What was written before a SIGKILL is there after the start, at the same address."""
    with connect(clickhouse_server.url) as client:
        client.command(TABLE)
        client.insert("totals", [["s1", 1, 5, NOON]], column_names=COLUMNS)
    before = clickhouse_server.url
    clickhouse_server.kill()
    assert not clickhouse_server.ready()
    clickhouse_server.start()
    assert clickhouse_server.url == before
    with connect(clickhouse_server.url) as client:
        assert client.query("SELECT net FROM totals").result_rows == [(5,)]

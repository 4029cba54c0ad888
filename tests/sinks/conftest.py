"""An empty, migrated database: on the embedded engine, on a server over HTTP, or each test on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.support.require import need


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Store]:
    """On the engine inside this process."""
    need("clickhouse")
    with Store.embedded(tmp_path / "clickhouse") as store:
        migrate(store)
        yield store


@pytest.fixture
def served(clickhouse_url: str, clickhouse_database: str) -> Iterator[Store]:
    """On a server."""
    with Store.over_http(clickhouse_url, clickhouse_database) as store:
        migrate(store)
        yield store


@pytest.fixture(params=["embedded", "served"])
def store(request: pytest.FixtureRequest) -> Store:
    """On the one, then on the other."""
    opened = request.getfixturevalue(request.param)
    assert isinstance(opened, Store)
    return opened

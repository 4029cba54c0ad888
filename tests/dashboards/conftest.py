"""The embedded engine with all tables, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.support.require import need


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty, migrated database on the engine inside this process."""
    need("clickhouse")
    with Store.embedded(tmp_path / "clickhouse") as opened:
        migrate(opened)
        yield opened

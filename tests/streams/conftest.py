"""A plant for each test: a broker of its own, an empty database, worker and sink running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.streams.plant import Plant
from tests.support.kafka import KafkaBroker


@pytest.fixture
def plant(
    kafka_broker: KafkaBroker, clickhouse_url: str, clickhouse_database: str, tmp_path: Path
) -> Iterator[Plant]:
    """Running."""
    with Plant(kafka_broker.bootstrap, clickhouse_url, clickhouse_database, tmp_path) as running:
        yield running

"""The Online Retail file through a real Kafka and a ClickHouse over HTTP."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from daybook.producers.importers.online_retail import stores
from daybook.sinks.reading import counts, store_totals
from daybook.sinks.reconcile import reconcile
from tests.demo.test_file import REAL
from tests.streams.plant import Plant
from tests.support.kafka import KafkaBroker

EVENTS = 6_322


@pytest.mark.skipif(not REAL.exists(), reason="the Online Retail file does not lie beside this checkout")
@pytest.mark.timeout(400)
def test_the_real_file_comes_out_to_the_penny(
    kafka_broker: KafkaBroker, clickhouse_url: str, clickhouse_database: str, tmp_path: Path
) -> None:
    """Imported twice, the worker killed in between: every sum is the file's, nothing counts twice."""
    plant = Plant(kafka_broker.bootstrap, clickhouse_url, clickhouse_database, tmp_path)
    known = [entry.model_dump(mode="json") for entry in stores().stores]
    (tmp_path / "stores.json").write_bytes(orjson.dumps({"stores": known}))
    with plant:
        for _ in range(2):
            _import(plant)
            plant.progress()
            plant.worker.kill()
            plant.worker.start()
        plant.settle()
        counted = counts(plant.store)
        assert (counted.received, counted.counted, counted.dead) == (2 * EVENTS, EVENTS, 0)
        figures = [total.figures for total in store_totals(plant.store)]
        sums = [sum(column) for column in zip(*figures, strict=True)]
        by_name = dict(zip(figures[0]._fields, sums, strict=True))
        assert by_name["gross"] == 265_000_877
        assert by_name["reversals"] == -12_941_148
        assert by_name["charged"] == 249_028_701
        assert (by_name["orders"], by_name["units"]) == (5_164, 1_406_530)
        plant.wait(lambda: reconcile(plant.store) == [], "lines and totals agree")


def _import(plant: Plant) -> None:
    command = [sys.executable, "-m", "daybook.cli.main", "import", str(REAL), "--format", "online-retail"]
    subprocess.run([*command, "--json"], env=plant.environment, capture_output=True, check=True, timeout=120)
    plant.sent += EVENTS

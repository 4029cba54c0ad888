"""The short rows that every run of the tests goes through; `make faults` has them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import run
from tests.faults.ground import Run
from tests.support.clickhouse import shared_folder
from tests.support.require import need, unavailable


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "name",
    [
        "worker-killed",
        "frozen-worker",
        pytest.param("broker-killed", marks=pytest.mark.long),
        pytest.param("notifier-killed", marks=pytest.mark.long),
    ],
)
def test_totals_stand_after(name: str, tmp_path: Path) -> None:
    """The fault was seen, and Faust's table, sales.totals, ClickHouse and the reference ledger are equal."""
    need("kafka")
    need("clickhouse")
    if not shared_folder().is_dir():
        unavailable("clickhouse", "There is no ClickHouse server to kill beside the checkout.")
    row = run.attempt(name, Run(tmp_path, events=8_000 if name == "worker-killed" else None, kills=2))
    assert row.reached, row

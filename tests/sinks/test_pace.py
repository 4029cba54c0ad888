"""Pace and backtest as operations and as commands, over totals that the ledger made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.operations.backtest import BacktestArgs
from daybook.operations.base import CannotAct, Place
from daybook.operations.registry import run
from daybook.sinks.store import Store
from tests.sinks.world import World, data_folder, line, sale

LAST = datetime(2026, 3, 14, tzinfo=UTC)


def nine_weeks() -> World:
    """A store that sells 10.00 at ten and 10.00 at two every Saturday, and 30.00 at two on the ninth."""
    world = World()
    for week in range(9):
        for hour in (10, 14):
            amount = 3000 if (week, hour) == (8, 14) else 1000
            moment = LAST - timedelta(weeks=8 - week) + timedelta(hours=hour)
            parts = [line("MUG", "home", amount)]
            number = week * 100 + hour
            world.publish(sale(number, time=moment.isoformat(), lines=parts, charged=amount, staff=[]))
    world.count()
    return world


def test_errors_by_hour_of_days_that_have_eight_like_days(embedded: Store) -> None:
    """At noon the ninth Saturday looks like 20.00 of the 40.00 that it closed at: half of it is missed."""
    world = nine_weeks()
    world.write(embedded)
    document = run(Place(embedded, world.calendar), "backtest", BacktestArgs())
    assert (document["days"], document["measure"]) == (1, "gross")
    noon = next(hour for hour in document["hours"] if hour["hours_since_cutoff"] == 12)
    assert noon["median_error_ppm"]["projected"] == 500_000
    assert noon["median_error_ppm"]["last_week"] == 500_000


def test_what_cannot_be_tested_is_said(embedded: Store) -> None:
    """Without eight like days, or without stores, a sentence says so."""
    world = nine_weeks()
    world.write(embedded)
    early = BacktestArgs.model_validate({"last": "2026-03-07"})
    with pytest.raises(CannotAct, match="eight like days"):
        run(Place(embedded, world.calendar), "backtest", early)
    with pytest.raises(CannotAct, match="stores file"):
        run(Place(embedded), "backtest", BacktestArgs())


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with the nine weeks, and nobody in it."""
    return data_folder(tmp_path, nine_weeks())


def test_the_backtest_shows_a_table_and_a_document(data_dir: Path) -> None:
    """One line per hour with each method's error in per cent; the same as JSON in parts per million."""
    told = CliRunner().invoke(main, ["backtest", "--data-dir", str(data_dir)])
    assert told.exit_code == 0, told.output
    assert "50.0 %" in told.stdout
    assert "before them: 1." in told.stdout
    document = orjson.loads(
        CliRunner().invoke(main, ["backtest", "--data-dir", str(data_dir), "--json"]).stdout
    )
    assert [hour["hours_since_cutoff"] for hour in document["hours"]] == list(range(9, 20))


def test_pace_shows_where_the_day_will_close(data_dir: Path) -> None:
    """At noon 10.00 are sold and as much is expected; with the usual afternoon the day closes at 20.00."""
    words = ["pace", "--data-dir", str(data_dir), "--at", "2026-03-14T12:00", "--measure", "gross"]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 0, told.output
    assert "all stores" in told.stdout
    document = orjson.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    (store,) = document["stores"]
    assert (store["actual"], store["expected"], store["projected_close"]) == (1000, 1000, 2000)
    assert (store["low"], store["high"]) == (2000, 2000)
    assert store["business_date"] == "2026-03-14"


def test_pace_holds_the_day_against_its_target(data_dir: Path, tmp_path: Path) -> None:
    """A week's target falls on its only day of trade; 20.00 of 25.00 leaves 5.00 at risk, and no chance."""
    path = tmp_path / "targets.json"
    weekly = {
        "scope": "store", "key": "high-street", "currency": "GBP", "period": "week", "amount": 2500,
        "first": "2026-01-01", "set_at": "2026-01-01T00:00:00Z", "reason": "budget",
    }  # fmt: skip
    path.write_bytes(orjson.dumps({"targets": [weekly]}))
    words = ["pace", "--data-dir", str(data_dir), "--at", "2026-03-14T12:00", "--targets", str(path)]
    document = orjson.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    for row in (*document["stores"], *document["groups"]):
        assert (row["target"], row["chance_ppm"], row["at_risk"]) == (2500, 0, 500)
    path.write_bytes(orjson.dumps({"targets": [{**weekly, "amount": -1}]}))
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 3
    assert "targets.0.amount" in refused.stderr

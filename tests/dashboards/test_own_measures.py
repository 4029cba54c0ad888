"""Measures of a business's own on the live page and on Grafana's board: stores are ranked by them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import httpx
import orjson
import pytest

from daybook.board import composed
from daybook.board_agent import leaderboards_agent
from daybook.dashboards.board.access import Role
from daybook.dashboards.board.app import create_app
from daybook.dashboards.board.door import Door
from daybook.dashboards.board.sessions import Sessions
from daybook.json_files import FileError
from daybook.ledger.merged import MergedTotals
from daybook.ledger.plans import Plans
from daybook.settings import Settings
from daybook.sinks.leaderboard_rows import LEADERBOARDS
from daybook.sinks.merged import stored_totals
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store, transposed
from daybook.view_keys import ViewKeysFile
from tests.dashboards.keyed import CALENDAR, NOW, ORIGIN, SALES, SECRET
from tests.dashboards.month import ask
from tests.dashboards.shop import write

MEASURES = {"half": "net / 2", "per_order": "units / orders"}


def settings(folder: Path, measures: dict[str, str]) -> Settings:
    """Settings with a measures file."""
    path = folder / "measures.json"
    named = [{"name": name, "expression": expression} for name, expression in measures.items()]
    path.write_bytes(orjson.dumps({"measures": named}))
    return Settings(measures_file=path)


async def test_stores_are_ranked_by_own_measures_within_what_a_key_shows(
    store: Store, tmp_path: Path
) -> None:
    """All of them for a key without limits, one's own store alone for another; a ratio says its unit."""
    write(store, CALENDAR, SALES)
    keys = ViewKeysFile(tmp_path / "keys.json")
    door = Door(keys, Sessions(SECRET), lambda: NOW, key_required=True)
    app = create_app(composed(store, CALENDAR, settings(tmp_path, MEASURES), door, clock=lambda: NOW))
    found = {}
    for stores in (["*"], ["leeds"]):
        token = keys.create("a screen", role=Role.VIEWER, stores=stores, now=NOW).token
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as http:
            boards = (await http.get("/board/leaderboard.json")).json()["boards"]
        found[stores[0]] = {
            board["measure"]: (board["unit"], [(place["key"], place["value"]) for place in board["top"]])
            for board in boards
            if board["by"] == "store" and board["period"] == "day"
        }
    assert found["*"]["half"] == ("minor units", [("york", 49_383), ("leeds", 556)])
    unit, places = found["*"]["per_order"]
    assert (unit, sorted(places)) == ("millionths", [("leeds", 1_000_000), ("york", 1_000_000)])
    assert found["leeds"]["half"] == ("minor units", [("leeds", 556)])


def test_grafana_shows_what_the_watcher_ranks_by_own_measures(store: Store, tmp_path: Path) -> None:
    """Stores by each of them, money in major units apart from ratios, and nothing by measures of ours."""
    write(store, CALENDAR, SALES)
    agent = leaderboards_agent(settings(tmp_path, MEASURES), CALENDAR, Plans())
    merged = MergedTotals()
    for bucket in stored_totals(store):
        merged.take(bucket)
    told = agent.on_tick(NOW, merged, []).records
    states = [StateRecord(0, 0, n, 0, b"", each.value) for n, each in enumerate(told, start=1) if each.value]
    rows = [row for state in states for row in LEADERBOARDS.rows(state)]
    store.insert(LEADERBOARDS.table, transposed(LEADERBOARDS.columns, rows))
    for period in ("day", "week", "month"):
        found = ask(store, "leaderboard_measures", period=period, per_unit=100)
        assert {
            (row["measure"], row["rank"], row["who"], row["own_money"], row["own_number"]) for row in found
        } == {
            ("half", 1, "york", Decimal("493.83"), None),
            ("half", 2, "leeds", Decimal("5.56"), None),
            ("per_order", 1, "york", None, 1.0),
            ("per_order", 1, "leeds", None, 1.0),
        }


def test_a_measure_that_cannot_be_read_is_told_at_the_start(store: Store, tmp_path: Path) -> None:
    """The page does not start with half of its measures."""
    door = Door(None, None, lambda: NOW, key_required=False)
    with pytest.raises(FileError, match="half"):
        composed(store, CALENDAR, settings(tmp_path, {"half": "net /"}), door)

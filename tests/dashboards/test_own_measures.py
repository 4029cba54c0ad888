"""Measures of a business's own, and of signals, on the live page and on Grafana's board of leaderboards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

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
from daybook.ledger.signals.merged import MergedSignals
from daybook.operations.base import CannotAct
from daybook.settings import Settings
from daybook.sinks.leaderboard_rows import LEADERBOARDS
from daybook.sinks.merged import stored_signals, stored_totals
from daybook.sinks.states import StateRecord
from daybook.sinks.store import Store, transposed
from daybook.streams.writer import Outgoing
from daybook.view_keys import ViewKeysFile
from tests.dashboards.keyed import CALENDAR, NOW, ORIGIN, SALES, SECRET, staff_file
from tests.dashboards.month import ask
from tests.dashboards.shop import write
from tests.dashboards.signalled import write as write_signals
from tests.ledger.signals.makers import told

_DEAL = ("staff_id", "store_id", "currency")
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
    put(store, agent.on_tick(NOW, merged, []).records)
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


def deals_and_answers() -> list[dict[str, Any]]:
    """Ann wins three deals and Bob one, in two currencies; Leeds has six answers and York four."""
    at = {"time": (NOW - timedelta(minutes=30)).isoformat()}
    deal = {"version": 1, "status": "won", "stage": "end", "created_at": "2026-11-01T09:00:00+00:00"}
    people = [
        ("ann", "leeds", "GBP"),
        ("ann", "leeds", "EUR"),
        ("ann", "leeds", "GBP"),
        ("bob", "york", "GBP"),
    ]
    found = [
        told(
            "deal.changed",
            n,
            **at,
            **deal,
            subject_id=f"d-{n}",
            value=500 + n,
            **dict(zip(_DEAL, own, strict=True)),
        )
        for n, own in enumerate(people)
    ]
    for n in range(10):
        store = "leeds" if n < 6 else "york"
        found.append(
            told("satisfaction.answered", 10 + n, **at, kind="csat", score=5 - n % 2, store_id=store)
        )
    return [orjson.loads(each) for each in found]


async def test_people_and_stores_are_ranked_by_signals_within_what_a_key_shows(
    store: Store, tmp_path: Path
) -> None:
    """Deals of all currencies together, their value in each; of a store its own, of a person one line."""
    write(store, CALENDAR, SALES)
    write_signals(store, deals_and_answers(), NOW, CALENDAR)
    keys = ViewKeysFile(tmp_path / "keys.json")
    door = Door(keys, Sessions(SECRET), lambda: NOW, key_required=True)
    files = Settings(staff_file=staff_file(tmp_path))
    app = create_app(composed(store, CALENDAR, files, door, clock=lambda: NOW))
    found = {}
    kinds: dict[str, dict[str, Any]] = {
        "all": {},
        "leeds": {"stores": ["leeds"]},
        "bob": {"role": Role.OWN, "staff_id": "bob"},
    }
    for name, kind in kinds.items():
        key = {"role": Role.VIEWER, "stores": ["*"]} | kind
        headers = {"Authorization": f"Bearer {keys.create(name, now=NOW, **key).token}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as http:
            boards = (await http.get("/board/leaderboard.json")).json()["boards"]
        found[name] = {
            (board["measure"], board["currency"]): [
                (place["rank"], place["key"], place["value"]) for place in board["top"] or [board["own"]]
            ]
            for board in boards
            if board["period"] == "week" and board["measure"] != "net"
        }
    assert found["all"] == {
        ("deals_won", ""): [(1, "ann", 3), (2, "bob", 1)],
        ("won_value", "GBP"): [(1, "ann", 1002), (2, "bob", 503)],
        ("won_value", "EUR"): [(1, "ann", 501)],
        ("csat", ""): [(1, "leeds", 1_000_000)],
    }
    assert found["leeds"] == {
        ("deals_won", ""): [(1, "ann", 3)],
        ("won_value", "GBP"): [(1, "ann", 1002)],
        ("won_value", "EUR"): [(1, "ann", 501)],
        ("csat", ""): [(1, "leeds", 1_000_000)],
    }
    assert found["bob"] == {("deals_won", ""): [(2, "bob", 1)], ("won_value", "GBP"): [(2, "bob", 503)]}


def test_grafana_shows_what_the_watcher_ranks_by_signals(store: Store, tmp_path: Path) -> None:
    """Money of the chosen currency in major units, counts and ratios of all; none are our own measures."""
    write(store, CALENDAR, SALES)
    write_signals(store, deals_and_answers(), NOW, CALENDAR)
    signals = MergedSignals()
    agent = leaderboards_agent(settings(tmp_path, {}), CALENDAR, Plans())
    agent.see(signals)
    for bucket in stored_signals(store):
        signals.take(bucket)
    put(store, agent.on_tick(NOW, MergedTotals(), []).records)
    found = ask(store, "leaderboard_signals", period="week", per_unit=100)
    assert {
        (row["measure"], row["rank"], row["who"], row["own_money"], row["own_number"]) for row in found
    } == {
        ("deals_won", 1, "ann", None, 3.0),
        ("deals_won", 2, "bob", None, 1.0),
        ("won_value", 1, "ann", Decimal("10.02"), None),
        ("won_value", 2, "bob", Decimal("5.03"), None),
        ("csat", 1, "leeds", None, 1.0),
    }
    assert ask(store, "leaderboard_measures", period="week", per_unit=100) == []


@pytest.mark.parametrize(
    "board, said",
    [
        ({"by": "category", "measure": "deals_won"}, "not by category"),
        ({"by": "staff", "measure": "stock_outs"}, "happens to stores"),
        ({"by": "staff", "measure": "deals_won", "view": "origin"}, "one of returns"),
        ({"by": "staff", "measure": "deals_one"}, "deals_one"),
    ],
)
def test_a_board_over_signals_that_cannot_be_is_refused_at_the_start(
    tmp_path: Path, board: dict[str, str], said: str
) -> None:
    """Who has no such signals, or a view that they do not have: said in one sentence."""
    path = tmp_path / "boards.json"
    path.write_bytes(orjson.dumps({"leaderboards": [board]}))
    with pytest.raises(CannotAct, match=said):
        leaderboards_agent(Settings(leaderboards_file=path), CALENDAR, Plans())


def put(store: Store, told: Sequence[Outgoing]) -> None:
    """Write what the watcher told as the sink does."""
    states = [StateRecord(0, 0, n, 0, b"", each.value) for n, each in enumerate(told, start=1) if each.value]
    rows = [row for state in states for row in LEADERBOARDS.rows(state)]
    store.insert(LEADERBOARDS.table, transposed(LEADERBOARDS.columns, rows))


def test_a_measure_that_cannot_be_read_is_told_at_the_start(store: Store, tmp_path: Path) -> None:
    """The page does not start with half of its measures."""
    door = Door(None, None, lambda: NOW, key_required=False)
    with pytest.raises(FileError, match="half"):
        composed(store, CALENDAR, settings(tmp_path, {"half": "net /"}), door)

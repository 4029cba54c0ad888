"""Operations, directly and asked of a running demo over loopback HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from daybook.demo.folder import RunningDemo
from daybook.operations import access
from daybook.operations.access import PATH, ask, perform
from daybook.operations.base import Args, CannotAct, Place
from daybook.operations.dead_letters import ListArgs, ReplayArgs, ShowArgs
from daybook.operations.migrations import MigrateArgs
from daybook.operations.reconcile import RebuildArgs, ReconcileArgs
from daybook.operations.registry import OPERATIONS, operation, run
from daybook.operations.server import create_operations
from daybook.operations.totals import TotalsArgs
from daybook.producers.records import OutgoingRecord
from daybook.settings import Settings
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store, transposed
from tests.sinks.world import EPOCH, World, busy_day
from tests.support.ports import free_port

KEY = ("business_date", "store_id", "currency")
TOKEN = "a-token-of-the-test"


@pytest.fixture
def world(embedded: Store) -> World:
    """A busy day that is written."""
    made = busy_day()
    made.write(embedded)
    return made


@asynccontextmanager
async def demo(place: Place, token: str = TOKEN) -> AsyncIterator[httpx.AsyncClient]:
    """The demo's side, asked with a token."""
    app = FastAPI()
    app.include_router(create_operations(place, TOKEN))
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://demo", headers=headers) as client:
        yield client


def test_each_operation_is_there() -> None:
    """Every name leads to a function and the model of what it takes."""
    for name in OPERATIONS:
        found = operation(name)
        assert callable(found.run)
        assert issubclass(found.args, Args)


def test_totals_are_integers_in_the_order_that_was_agreed(embedded: Store, world: World) -> None:
    """One row per date, store and currency, sorted, with every published figure as an integer."""
    document = run(Place(embedded, world.calendar), "totals", TotalsArgs())
    assert document["events"] == {"received": 18, "counted": 13, "duplicates": 3, "dead": 2}
    rows = document["totals"]
    keys = [(row["business_date"], row["store_id"], row["currency"]) for row in rows]
    assert keys == sorted(set(keys))
    assert len(keys) == 5
    figures = [name for name in rows[0] if name not in (*KEY, "state", "since")]
    assert len(figures) == 17
    assert {row["state"] for row in rows} <= {"provisional", "closed", None}
    assert all(type(row[name]) is int for row in rows for name in figures)


def test_reconcile_and_rebuild(embedded: Store, world: World) -> None:
    """A lost total is a difference; a rebuild says what it put right, and then nothing differs."""
    place = Place(embedded, world.calendar)
    assert run(place, "reconcile", ReconcileArgs())["agrees"]
    embedded.command("DELETE FROM totals WHERE dimension = 'channel'")
    found = run(place, "reconcile", ReconcileArgs())
    assert not found["agrees"]
    assert {d["dimension"] for d in found["differences"]} == {"channel"}
    done: list[int] = []
    watched = Place(embedded, world.calendar, done.append)
    made = run(watched, "rebuild", RebuildArgs.model_validate({"first": "2026-03-13", "last": "2026-03-14"}))
    assert len(made["differences"]) == len(found["differences"])
    assert done[-1] == made["events"] == 16
    assert run(place, "reconcile", ReconcileArgs())["agrees"]


def test_rebuild_needs_stores(embedded: Store) -> None:
    """Without a stores file there is no business date, and the sentence says what to name."""
    args = RebuildArgs.model_validate({"first": "2026-03-13", "last": "2026-03-14"})
    with pytest.raises(CannotAct, match="--stores"):
        run(Place(embedded), "rebuild", args)
    with pytest.raises(ValueError, match="before the first"):
        RebuildArgs.model_validate({"first": "2026-03-14", "last": "2026-03-13"})


def test_dead_letters_by_id(embedded: Store, world: World) -> None:
    """The list has ids with which one can be shown; bytes that are no text are shown all the same."""
    place = Place(embedded, world.calendar)
    listed = run(place, "dead-letters-list", ListArgs(reason="malformed_json"))["dead_letters"]
    shown = run(place, "dead-letters-show", ShowArgs(id=listed[0]["id"]))
    assert shown["original"] == "\\xff\\xfe no event at all"
    assert shown["original_base64"].startswith("//4g")
    with pytest.raises(CannotAct, match="no dead letter"):
        run(place, "dead-letters-show", ShowArgs(id=f"{EPOCH}-0-99"))


def test_a_database_without_tables(tmp_path: Path) -> None:
    """Whoever asks before `daybook migrate` is told to run it."""
    with Store.embedded(tmp_path / "empty") as store, pytest.raises(CannotAct, match="daybook migrate"):
        run(Place(store), "totals", TotalsArgs())


async def test_over_http_it_is_the_same_document(embedded: Store, world: World) -> None:
    """A running demo answers with what the operation itself gives."""
    place = Place(embedded, world.calendar)
    async with demo(place) as client:
        answer = await client.post(f"{PATH}reconcile", json={"day": "2026-03-14"})
    assert answer.status_code == 200
    assert answer.json() == run(place, "reconcile", ReconcileArgs.model_validate({"day": "2026-03-14"}))


def test_signals_that_were_refused_are_published_again(embedded: Store) -> None:
    """They are listed apart from sales; what can be replayed goes to its own topic, by its own key."""
    migrate(embedded)
    original = b'{"source":"crm","event_id":"1","subject_id":"deal-7","store_id":"new"}'
    columns = ("epoch", "partition", "offset", "reason", "detail", "original", "redacted", "replayable")
    row = (EPOCH, 1, 5, "unknown_store", "", original, 0, 1)
    embedded.insert("signal_dead_letters", transposed((*columns, "recorded_at"), [(*row, 0)]))
    sent: list[tuple[str, bytes | None, bytes]] = []

    def publish_to(topic: str, records: Sequence[OutgoingRecord]) -> None:
        sent.extend((topic, record.key, record.value) for record in records)

    place = Place(embedded, publish=lambda _records: None, publish_to=publish_to)
    assert run(place, "dead-letters-list", ListArgs())["dead_letters"] == []
    assert len(run(place, "dead-letters-list", ListArgs(signals=True))["dead_letters"]) == 1
    run(place, "dead-letters-replay", ReplayArgs(reason="unknown_store", signals=True))
    assert sent == [("sales.signals", b"deal-7", original)]


@pytest.mark.parametrize(
    "token, name, body, status",
    [
        ("another", "totals", {}, 401),
        ("", "nothing-like-it", {}, 401),
        (TOKEN, "nothing-like-it", {}, 404),
        (TOKEN, "totals", {"first": "yesterday"}, 422),
        (TOKEN, "totals", {"drop": "tables"}, 422),
        (TOKEN, "dead-letters-show", {"id": "1-1-1"}, 409),
    ],
)
async def test_over_http_what_is_refused(
    embedded: Store, token: str, name: str, body: dict[str, Any], status: int
) -> None:
    """No token, no operation, wrong arguments, nothing there: each has its status and a sentence."""
    async with demo(Place(embedded), token) as client:
        answer = await client.post(f"{PATH}{name}", json=body)
    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A data folder that somebody else has open."""
    folder = tmp_path / "data"
    (folder / "clickhouse").mkdir(parents=True)
    import fcntl

    with (folder / "clickhouse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def test_a_folder_in_use_is_asked_of_its_demo(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder is open in a demo that left its address, the demo is asked."""
    (held / "running.json").write_text('{"url": "http://127.0.0.1:8400", "token": "t"}')
    asked: list[tuple[RunningDemo, str]] = []

    def answer(running: RunningDemo, name: str, _args: object) -> dict[str, Any]:
        asked.append((running, name))
        return {"from": "the demo"}

    monkeypatch.setattr(access, "ask", answer)
    assert perform(Settings(data_dir=held), "totals", TotalsArgs()) == {"from": "the demo"}
    assert asked == [(RunningDemo("http://127.0.0.1:8400", "t"), "totals")]


def test_a_folder_in_use_without_an_address(held: Path) -> None:
    """Where nobody left an address, the sentence says that another process has the folder."""
    with pytest.raises(CannotAct, match="another process"):
        perform(Settings(data_dir=held), "totals", TotalsArgs())


def test_a_demo_that_does_not_answer() -> None:
    """An address where nobody listens any more ends in a sentence, not in a traceback."""
    with pytest.raises(CannotAct, match="gives no answer"):
        ask(RunningDemo(f"http://127.0.0.1:{free_port()}", "t"), "totals", TotalsArgs())


def test_where_the_data_is_has_to_be_said(tmp_path: Path) -> None:
    """Neither server nor folder, or a folder without data: each gets a sentence of its own."""
    with pytest.raises(CannotAct, match="--data-dir"):
        perform(Settings(data_dir=None, clickhouse_url=None), "totals", TotalsArgs())
    with pytest.raises(CannotAct, match="no data in"):
        perform(Settings(data_dir=tmp_path), "totals", TotalsArgs())
    with pytest.raises(CannotAct, match="ClickHouse gives no answer"):
        perform(Settings(clickhouse_url=f"http://127.0.0.1:{free_port()}"), "migrate", MigrateArgs())
    missing = Settings(clickhouse_url="http://127.0.0.1:1", clickhouse_password_file=tmp_path / "none")
    with pytest.raises(CannotAct, match="password file"):
        perform(missing, "migrate", MigrateArgs())

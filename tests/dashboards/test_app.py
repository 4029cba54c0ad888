from __future__ import annotations

import re
import time
from datetime import timedelta

import httpx
import pytest

from daybook.dashboards.board.access import EVERY_VIEW, VIEWS
from daybook.dashboards.board.app import create_app, create_board
from daybook.ledger.calendar import Calendar
from daybook.sinks.store import Store
from tests.dashboards.serving import served
from tests.dashboards.shop import Sold, at, shop, write

NOW = at("2026-11-24 15:05")
CALENDAR = Calendar([shop("leeds", "Europe/London")])


def client(store: Store) -> httpx.AsyncClient:
    """A client of the board's application, without a network."""
    app = create_app(create_board(store, CALENDAR, lambda: NOW))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://board")


async def test_the_state_is_json_with_integers(store: Store) -> None:
    """Amounts come in minor units, dates as ISO, and nothing may keep a copy."""
    write(store, CALENDAR, [Sold("leeds", NOW - timedelta(minutes=3), "mug", 1999)])
    async with client(store) as http:
        answer = await http.get("/board/today.json")
    document = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert document["groups"][0]["net"] == 1999
    assert document["stores"][0]["business_date"] == "2026-11-24"


async def test_the_page_and_all_it_names_are_served_and_nothing_else(store: Store) -> None:
    """Every file that page, style and scripts refer to is there, from our own address."""
    async with client(store) as http:
        pages = [(await http.get(f"/{view}")).text for view in ("", *VIEWS)]
        assert pages[0] == pages[1]
        named = {name for page in pages for name in re.findall(r'(?:href|src)="([^"#]+)"', page)}
        todo = named - {f"/{view}" for view in EVERY_VIEW}
        seen: set[str] = set()
        while todo:
            path = todo.pop()
            seen.add(path)
            assert path.startswith("/board/page/")
            answer = await http.get(path)
            assert answer.status_code == 200, path
            todo |= {f"/board/page/{name}" for name in re.findall(r'from "\./([^"]+)"', answer.text)} - seen
        assert {name.rsplit(".", 1)[1] for name in seen} == {"css", "js", "svg"}
        assert (await http.get("/board/page/none.js")).status_code == 404
        assert (await http.get("/board/page/..%2fapp.py")).status_code == 404


async def test_only_our_own_files_may_run(store: Store) -> None:
    """The page forbids scripts and styles from anywhere else, inline ones too."""
    async with client(store) as http:
        policy = (await http.get("/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_an_unchanged_file_is_not_sent_twice(store: Store) -> None:
    """The browser asks again each time and gets 304 until a new version is installed."""
    async with client(store) as http:
        first = await http.get("/board/page/board.css")
        again = await http.get("/board/page/board.css", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_the_stream_brings_a_changed_total(store: Store) -> None:
    """A viewer gets the whole state first, and again once a sale has been written."""
    sales = [Sold("leeds", NOW - timedelta(minutes=3), "mug", 1999)]
    write(store, CALENDAR, sales)
    board = create_board(store, CALENDAR, lambda: NOW)
    with (
        served(board) as address,
        httpx.stream("GET", f"{address}/board/today/stream", trust_env=False) as answer,
    ):
        states = (line for line in answer.iter_lines() if line.startswith("data: {"))
        assert '"net":1999' in next(states)
        write(store, CALENDAR, [*sales, Sold("leeds", NOW, "jug", 1)], first_offset=1)
        # Lines and totals are written one after the other, so a state in between may come first.
        assert any('"currency":"GBP","net":2000' in state for state in states)


def test_a_viewer_that_goes_away_is_let_go(store: Store) -> None:
    """A closed browser window leaves no stream behind, and without viewers nothing is read."""
    board = create_board(store, CALENDAR, lambda: NOW)
    with served(board) as address:
        with httpx.stream("GET", f"{address}/board/today/stream", trust_env=False) as answer:
            lines = answer.iter_lines()
            next(lines)
            assert board.views.viewers == 1
        deadline = time.monotonic() + 20
        while board.views.viewers and time.monotonic() < deadline:
            time.sleep(0.02)
        assert board.views.viewers == 0


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/board/page/"])
async def test_nothing_else_is_offered(store: Store, path: str) -> None:
    """No schema browser that would load scripts from elsewhere, no folder listing."""
    async with client(store) as http:
        assert (await http.get(path)).status_code == 404

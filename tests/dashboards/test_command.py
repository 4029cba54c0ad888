"""The live page as a process of its own, over a ClickHouse server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.ledger.calendar import Calendar
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from tests.dashboards.shop import Sold, shop, write
from tests.support.ports import free_port


class Page(NamedTuple):
    """The process, and a client for it."""

    process: subprocess.Popen[bytes]
    client: httpx.Client


@pytest.fixture
def page(clickhouse_url: str, clickhouse_database: str, tmp_path: Path) -> Iterator[Page]:
    """``daybook board`` over a store that has just sold for 12.34; told to end, it must end well."""
    calendar = Calendar([shop("leeds", "UTC")])
    stores = tmp_path / "stores.json"
    known = [entry.model_dump(mode="json") for entry in calendar.stores]
    stores.write_bytes(orjson.dumps({"stores": known}))
    with Store.over_http(clickhouse_url, clickhouse_database) as store:
        migrate(store)
        write(store, calendar, [Sold("leeds", datetime.now(UTC), "mug", 1234)])
    port = free_port()
    words = ["board", "--port", str(port), "--clickhouse-url", clickhouse_url, "--stores", str(stores)]
    process = subprocess.Popen(
        [sys.executable, "-m", "daybook.cli.main", *words],
        env={**os.environ, "DAYBOOK_CLICKHOUSE_DATABASE": clickhouse_database},
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        try:
            wait_for(client, process)
            yield Page(process, client)
        finally:
            process.terminate()
            code = process.wait(timeout=30)
    assert code == 0


def wait_for(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    """Wait until it answers, or has ended."""
    for _ in range(600):
        assert process.poll() is None, "it ended before it answered"
        try:
            client.get("/")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("it does not answer")


def test_it_shows_what_the_server_holds(page: Page) -> None:
    """The page, and the figure behind it; a page elsewhere that points its own name here gets nothing."""
    assert "<html" in page.client.get("/").text
    (group,) = page.client.get("/board/today.json").json()["groups"]
    assert (group["currency"], group["net"]) == ("GBP", 1234)
    assert page.client.get("/board/today.json", headers={"Host": "evil.example"}).status_code == 400


def test_an_open_stream_does_not_hold_up_the_end(page: Page) -> None:
    """Whoever watches while it is told to end sees the stream end in order."""
    with page.client.stream("GET", "/board/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: board"
        page.process.terminate()
        for _ in lines:
            pass
    assert page.process.wait(timeout=10) == 0


def test_what_is_missing_is_said_in_a_sentence() -> None:
    """Without a place where the data is nothing is served."""
    told = CliRunner().invoke(main, ["board"])
    assert told.exit_code == 3
    assert "Say where the data is" in told.stderr

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
from daybook.dashboards.board.access import Role
from daybook.ledger.calendar import Calendar
from daybook.producers.gateway import KeysFile
from daybook.sinks.migrate import migrate
from daybook.sinks.store import Store
from daybook.view_keys import ViewKeysFile
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
    with page.client.stream("GET", "/board/today/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: board"
        page.process.terminate()
        for _ in lines:
            pass
    assert page.process.wait(timeout=10) == 0


def test_the_gateway_serves_the_page_to_whoever_has_a_view_key(
    clickhouse_url: str, clickhouse_database: str, tmp_path: Path
) -> None:
    """One process, one address: sales go in with an API key, figures come out with a view key alone."""
    calendar = Calendar([shop("leeds", "UTC")])
    stores, keys = tmp_path / "stores.json", tmp_path / "keys.json"
    stores.write_bytes(orjson.dumps({"stores": [entry.model_dump(mode="json") for entry in calendar.stores]}))
    with Store.over_http(clickhouse_url, clickhouse_database) as store:
        migrate(store)
        write(store, calendar, [Sold("leeds", datetime.now(UTC), "mug", 1234)])
    now = datetime.now(UTC)
    view_key = ViewKeysFile(keys).create("wall", role=Role.VIEWER, stores=["*"], now=now).token
    api_key = KeysFile(keys).create("till", stores=["*"], sources=["*"], now=now).token
    port = free_port()
    words = ["gateway", "--board", "--port", str(port), "--keys", str(keys), "--bootstrap", "127.0.0.1:1"]
    environment = {
        "DAYBOOK_CLICKHOUSE_URL": clickhouse_url,
        "DAYBOOK_CLICKHOUSE_DATABASE": clickhouse_database,
        "DAYBOOK_STORES_FILE": str(stores),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "daybook.cli.main", *words], env={**os.environ, **environment}
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        try:
            wait_for(client, process)
            assert client.get("/healthz").json() == {"status": "ok"}
            assert client.get("/board/today.json").status_code == 401
            for key, status in ((api_key, 401), (view_key, 200)):
                answer = client.get("/board/today.json", headers={"Authorization": f"Bearer {key}"})
                assert answer.status_code == status
        finally:
            process.terminate()
            assert process.wait(timeout=30) == 0


def test_what_is_missing_is_said_in_a_sentence() -> None:
    """Without a place where the data is nothing is served."""
    told = CliRunner().invoke(main, ["board"])
    assert told.exit_code == 3
    assert "Say where the data is" in told.stderr

"""ClickHouse over HTTP for tests: the server that ``CLICKHOUSE_URL`` names, or one started here.

The one started here is ``tools/clickhouse_http.py`` of the material beside the checkout (``../shared``, or
the folder that ``DAYBOOK_SHARED`` names): the real engine, embedded, behind ClickHouse's own protocol. Where
neither is to be had, tests that need a server skip; for the engine alone ask ``need("clickhouse")``.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import clickhouse_connect
import httpx
import pytest
from clickhouse_connect.driver.client import Client

from tests.support.ports import free_port
from tests.support.process import ServerProcess
from tests.support.require import need

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


class ClickHouseServer:
    """A ClickHouse on loopback that keeps its port and its data over kill and restart.

    ``start`` and ``stop`` block for seconds: inside an async test call them with ``asyncio.to_thread``.
    """

    def __init__(
        self, folder: Path, program: Path, *, run_by: Sequence[str] = (), log: Path | None = None
    ) -> None:
        """Lays out a server that keeps its data in ``folder``; ``program`` is the script that serves.

        ``run_by`` are the interpreter's arguments in front of it; the log is in the folder if not said.
        """
        self.port = free_port()
        served = [str(program), "--path", str(folder / "data"), "--port", str(self.port)]
        self._process = ServerProcess(
            "ClickHouse", [sys.executable, *run_by, *served], log=log or folder / "log"
        )

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id, for a test that freezes the server."""
        return self._process.pid

    def start(self) -> None:
        """Starts the server and waits until it answers.

        Raises:
            RuntimeError: If it does not come up; the message carries the end of its log.
        """
        self._process.start(self.ready, seconds=START_SECONDS)

    def stop(self) -> None:
        """Shuts the server down in order."""
        self._process.stop()

    def kill(self) -> None:
        """Ends the server as a power cut would."""
        self._process.kill()

    def ready(self) -> bool:
        """Whether the server answers."""
        try:
            return httpx.get(f"{self.url}/ping", timeout=1, trust_env=False).is_success
        except httpx.TransportError:
            return False


def shared_folder() -> Path:
    """The material that lies beside the checkout; it need not exist."""
    return Path(os.environ.get("DAYBOOK_SHARED") or ROOT.parent / "shared")


def connect(url: str, database: str | None = None) -> Client:
    """A client of the server at an address such as ``http://user:password@host:8123``."""
    parts = urlsplit(url)
    return clickhouse_connect.get_client(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 8123,
        username=parts.username or "default",
        password=parts.password or "",
        secure=parts.scheme == "https",
        database=database or "__default__",
    )


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """The name of a database made for the occasion, empty, and dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with connect(url) as client:
        client.command(f"CREATE DATABASE {name}")
    try:
        yield name
    finally:
        with connect(url) as client:
            client.command(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that all tests share: ``CLICKHOUSE_URL``, or one started here.

    Use a database of your own (``clickhouse_database``), and leave the server running: to stop or kill one,
    ask for ``clickhouse_server``.
    """
    if url := os.environ.get("CLICKHOUSE_URL"):
        yield url
        return
    server = _start(tmp_path_factory)
    yield server.url
    server.stop()


@pytest.fixture
def clickhouse_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """A running server for one test alone, which may kill it and start it again."""
    server = _start(tmp_path_factory)
    yield server
    server.stop()


@pytest.fixture
def clickhouse_database(clickhouse_url: str) -> Iterator[str]:
    """The name of an empty database on the server at ``clickhouse_url``."""
    with fresh_database(clickhouse_url) as name:
        yield name


def _start(folders: pytest.TempPathFactory) -> ClickHouseServer:
    need("clickhouse")
    program = shared_folder() / "tools" / "clickhouse_http.py"
    if not program.is_file():
        pytest.skip("No ClickHouse server: CLICKHOUSE_URL is not set, and ../shared has none.")
    server = ClickHouseServer(folders.mktemp("clickhouse"), program)
    server.start()
    return server

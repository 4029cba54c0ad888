"""A real demo in a process of its own, as a newcomer would start it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from click.testing import CliRunner

from daybook.cli.main import main

COMMAND: Final = (sys.executable, "-m", "daybook.cli.main")
START_SECONDS: Final = 90
RUN_SECONDS: Final = 240


@dataclass
class RunningDemo:
    """A demo that has started, with its address and the key that it printed."""

    process: subprocess.Popen[str]
    folder: Path
    url: str
    key: str
    log: list[str] = field(default_factory=list)
    view_key: str = ""

    def post(self, body: bytes | list[Any] | dict[str, Any], *, key: str | None = None) -> httpx.Response:
        """Post events to the gateway."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key or self.key}", "Content-Type": "application/json"}
        return httpx.post(f"{self.url}/v1/events", content=content, headers=headers, timeout=20)

    def command(self, *arguments: str, code: int = 0) -> Any:
        """The document of another command on the same data folder, while the demo runs."""
        return command(*arguments, "--json", "--data-dir", str(self.folder), code=code)

    def store_totals(self, store_id: str) -> dict[str, int]:
        """The figures of a store, over all its days."""
        rows = [row for row in self.command("totals")["totals"] if row["store_id"] == store_id]
        names = [name for name, value in rows[0].items() if isinstance(value, int)] if rows else []
        names = [name for name in names if name != "since"]
        return {name: sum(row[name] for row in rows) for name in names}

    def until_live(self) -> None:
        """Wait until the simulated past is published: from then on sales come at their own time."""
        deadline = time.monotonic() + START_SECONDS
        while not (self.folder / "live-since").exists():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

    def until(self, store_id: str, **figures: int) -> None:
        """Wait until a store's figures are these."""
        deadline = time.monotonic() + 20
        while True:
            now = self.store_totals(store_id)
            if all(now.get(name) == value for name, value in figures.items()):
                return
            assert time.monotonic() < deadline, f"{store_id} stands at {now}, expected {figures}"
            time.sleep(0.2)


def command(*arguments: str, code: int = 0) -> Any:
    """Run ``daybook`` in this process, which spares its start, and read the document on its stdout."""
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def demo_to_its_end(*arguments: str, code: int = 0) -> Any:
    """Run a demo that ends by itself, and read the document on its stdout; with another code its stderr."""
    done = subprocess.run(
        [*COMMAND, "demo", *arguments], capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


@contextlib.contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[RunningDemo]:
    """A demo on a free port; ended with Ctrl-C unless the test ended it.

    Unasked it has no planted shortfall and no signals, which take longer than all else of its start.
    """
    without = [f"--no-{part}" for part in ("shortfall", "signals") if f"--{part}" not in arguments]
    process = subprocess.Popen(
        [*COMMAND, "demo", "--port", "0", "--data-dir", str(folder), *without, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        running = _started(process, folder)
        reader = threading.Thread(target=lambda: running.log.extend(process.stdout or ()), daemon=True)
        reader.start()
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


def _started(process: subprocess.Popen[str], folder: Path) -> RunningDemo:
    assert process.stdout is not None
    seen, url, view_key = "", "", ""
    guard = threading.Timer(START_SECONDS, process.kill)
    guard.start()
    try:
        for line in process.stdout:
            seen += line
            if found := re.search(r"live page:\s+(\S+)", line):
                url = found.group(1)
            if found := re.search(r"(dbv_\S+)", line):
                view_key = found.group(1)
            if found := re.search(r"(dbk_\S+)", line):
                return RunningDemo(process, folder, url, found.group(1), view_key=view_key)
    finally:
        guard.cancel()
    raise AssertionError(f"the demo did not start:\n{seen}")


def sale(store_id: str, number: str, amount: int, **changes: Any) -> dict[str, Any]:
    """A sale of one line, made now."""
    return {
        "schema_version": "1.0",
        "type": "sale.completed",
        "source": f"till/{store_id}",
        "event_id": number,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "order_id": number,
        "store_id": store_id,
        "channel": "pos",
        "currency": "GBP",
        "lines": [{"product_id": "MUG-1", "name": "Blue mug", "unit_price": amount, "amount": amount}],
        "charged": amount,
        **changes,
    }


def write_stores(folder: Path, *store_ids: str) -> None:
    """A stores file in a data folder: stores in UTC that nobody else sells in."""
    folder.mkdir(parents=True, exist_ok=True)
    known = (
        json.loads((folder / "stores.json").read_text())
        if (folder / "stores.json").exists()
        else {"stores": []}
    )
    known["stores"] += [
        {"store_id": store_id, "name": store_id.title(), "region": "Tests", "days": [{"zone": "UTC"}]}
        for store_id in store_ids
    ]
    (folder / "stores.json").write_text(json.dumps(known))

"""The demo's planted shortfall: from missing sales to the receiver's log, and what one says to it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.demo.running import RunningDemo, demo

LIMIT = 200
"""Seconds; two minutes are promised, and a busy machine is given longer."""


@pytest.mark.timeout(300)
def test_a_planted_shortfall_is_told_shown_and_taken_on(tmp_path: Path) -> None:
    """One shop's tills are down: the receiver's log says so with figures; the alert can be taken on."""
    folder = tmp_path / "data"
    with demo(folder, "--rate", "1", "--shortfall") as running:
        log = folder / "alerts.log"
        until(running, lambda: log.exists() and "[FIRING]" in log.read_text())
        told = log.read_text()
        assert "Today" in told
        assert "Board: http://127.0.0.1:" in told
        until(running, lambda: any(a["state"] == "firing" for a in alerts(running)))
        (alert,) = [a for a in alerts(running) if a["state"] == "firing"]
        assert alert["rule"] == "last-hour"
        shown = running.command("alerts", "show", alert["dedup_key"])
        assert (
            sum(row["amount"] for row in shown["alert"]["split"]["parts"])
            == (shown["alert"]["split"]["shortfall"])
        )
        running.command("alerts", "ack", alert["dedup_key"], "--by", "ann")
        until(running, lambda: any(a["state"] == "acknowledged" for a in alerts(running)))


def alerts(running: RunningDemo) -> list[dict[str, Any]]:
    """The alerts that are not over."""
    found: list[dict[str, Any]] = running.command("alerts", "list")["alerts"]
    return found


def until(running: RunningDemo, condition: Any) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert running.process.poll() is None, running.log
        assert time.monotonic() < deadline, running.log
        time.sleep(0.5)

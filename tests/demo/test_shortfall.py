"""The demo's planted shortfall: from missing sales to the receiver's log, and what one says to it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from daybook.sinks.store import Store
from tests.dashboards.panels import nothing_to_see
from tests.demo.running import RunningDemo, demo

_BOARDS = """
SELECT period_last, currency, key, value FROM newest_leaderboards
WHERE ranked_by = 'store' AND period = 'day' AND measure = 'net' AND view = 'activity'
  AND audience = 'everyone' AND place > 0
"""
_TOTALS = """
SELECT business_date, currency, key, gross + discounts FROM merged_totals
WHERE book = 'sales' AND dimension = 'store'
"""
ASK_FOR_MORE = {f"{board}: My own line: 0 row(s), nothing in them" for board in ("leaderboard", "managers")}
"""Panels that say what to type before they show anything."""
LIMIT = 200
"""Seconds; two minutes are promised, and a busy machine is given longer."""


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_planted_shortfall_is_told_shown_and_taken_on(tmp_path: Path) -> None:
    """One shop's tills are down: the receiver's log says so with figures, beside a report; one takes it on.

    A target that is published meanwhile is on the live page at the watcher's next projections.
    """
    folder = tmp_path / "data"
    with demo(folder, "--rate", "1", "--shortfall", "--signals") as running:
        log = folder / "alerts.log"
        until(running, lambda: log.exists() and "[FIRING]" in log.read_text())
        told = log.read_text()
        assert "Today" in told
        assert "Board: http://127.0.0.1:" in told
        until(running, lambda: "Sales report: " in log.read_text())
        until(running, lambda: any(a["state"] == "firing" for a in alerts(running)))
        (alert,) = [a for a in alerts(running) if a["state"] == "firing"]
        assert alert["rule"] == "last-hour"
        shown = running.command("alerts", "show", alert["dedup_key"])
        assert (
            sum(row["amount"] for row in shown["alert"]["split"]["parts"])
            == (shown["alert"]["split"]["shortfall"])
        )
        until(running, lambda: cases(running))
        (case,) = cases(running)
        assert alert["dedup_key"] in running.command("cases", "show", case["case_id"])["case"]["alerts"]
        until(running, lambda: running.command("cases", "show", case["case_id"])["case"]["evidence"])
        taken = operator(running, "POST", f"/v1/alerts/{alert['dedup_key']}/acknowledge", {"note": "mine"})
        assert taken["acknowledged"] == alert["dedup_key"]
        until(running, lambda: any(a["state"] == "acknowledged" for a in alerts(running)))
        target = ["--currency", "GBP", "--period", "day", "--amount", "12345.00", "--reason", "a test"]
        running.command("targets", "set", "--all", "--from", "2026-01-01", *target)
        until(running, lambda: 1_234_500 in targets_shown(running))
    assert boards_beyond_totals(folder) == []
    assert panels_without_anything(folder) == []


def panels_without_anything(folder: Path) -> list[str]:
    """Panels of Grafana's boards that show an error, or nothing, when they are opened on this data."""
    with Store.embedded(folder / "clickhouse") as store:
        # Of the week: before the shops open, nobody has sold anything today.
        empty = nothing_to_see(store, datetime.now(UTC), {"period": "week"})
        return [told for told in empty if told not in ASK_FOR_MORE]


def operator(running: RunningDemo, method: str, path: str, body: Any = None) -> Any:
    """What the demo answers to its manager's key."""
    headers = {"Authorization": f"Bearer {running.view_key}"}
    answer = httpx.request(method, f"{running.url.rstrip('/')}{path}", json=body, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def targets_shown(running: RunningDemo) -> list[int | None]:
    """The day's targets of all stores of a currency, as the live page has them."""
    groups = operator(running, "GET", "/board/today.json")["groups"]
    return [group["pace"]["target"] for group in groups if group["pace"] and group["region"] is None]


def boards_beyond_totals(folder: Path) -> list[str]:
    """Places on live boards of stores that are above what the day's sales came to, or at nothing."""
    with Store.embedded(folder / "clickhouse") as store:
        boards = store.rows(_BOARDS)
        assert boards, "no leaderboard was kept live"
        totals = {tuple(row[:3]): int(row[3]) for row in store.rows(_TOTALS)}
    # What was sold in the last second before the end may not be on a board any more: it is never above.
    return [str(row) for row in boards if not 0 < int(row[3]) <= totals[tuple(row[:3])]]


def alerts(running: RunningDemo) -> list[dict[str, Any]]:
    """The alerts that are not over."""
    found: list[dict[str, Any]] = running.command("alerts", "list")["alerts"]
    return found


def cases(running: RunningDemo) -> list[dict[str, Any]]:
    """The open cases of shortfalls."""
    found: list[dict[str, Any]] = running.command("cases", "list")["cases"]
    return [case for case in found if case["kind"] == "shortfall"]


def until(running: RunningDemo, condition: Any) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert running.process.poll() is None, running.log
        assert time.monotonic() < deadline, running.log
        time.sleep(0.5)

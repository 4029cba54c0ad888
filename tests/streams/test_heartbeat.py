"""The dead-man's switch: an outside monitor is told that all is well, for as long as it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import orjson
import pytest

from daybook.heartbeat import Heart, beating
from daybook.rules_file import Rules
from daybook.streams.tick_app import TickApp
from tests.support.receiver import Receiver

NOW = 1_800_000_000.0


class Watcher:
    """A watcher that decides, a rules file that names a monitor, and the monitor."""

    def __init__(self, folder: Path, monitor: Receiver, http: httpx.AsyncClient) -> None:
        self.monitor = monitor
        self.processor = SimpleNamespace(stumbles=False)
        self.app = SimpleNamespace(
            deciding=True,
            ticked_at=NOW,
            settings=SimpleNamespace(tick_seconds=10.0),
            processors=[self.processor],
        )
        self.file = folder / "rules.json"
        heartbeat = {"url_file": "monitor.url", "every_seconds": 60}
        self.file.write_bytes(orjson.dumps({"rules": [], "heartbeat": heartbeat}))
        self.address = folder / "monitor.url"
        self.address.write_text(f"{monitor.url}/ping/secret-token\n")
        self.heart = Heart(cast("TickApp[Any]", self.app), Rules(self.file), self.file, http)

    async def beats(self, seconds: float, *, ticked: bool = True) -> int:
        """How often the monitor was asked after one more look."""
        if ticked:
            self.app.ticked_at = NOW + seconds
        await self.heart.look(NOW + seconds)
        return len(self.monitor.requests)


@pytest.fixture
async def watcher(tmp_path: Path) -> AsyncIterator[Watcher]:
    """All is well with it."""
    with Receiver() as monitor:
        async with httpx.AsyncClient(trust_env=False) as http:
            yield Watcher(tmp_path, monitor, http)


async def test_the_monitor_is_asked_every_so_often(watcher: Watcher) -> None:
    """At once, and again after a minute, at the address in the file."""
    assert [await watcher.beats(at) for at in (0, 1, 59, 60, 119, 121)] == [1, 1, 1, 2, 2, 3]
    assert {asked.path for asked in watcher.monitor.requests} == {"/ping/secret-token"}


async def test_it_is_not_asked_by_one_that_stands_by_or_stumbles(watcher: Watcher) -> None:
    """A process that merely runs is not enough: it has to decide, and without raising."""
    watcher.app.deciding = False
    assert await watcher.beats(0) == 0
    watcher.app.deciding, watcher.processor.stumbles = True, True
    assert await watcher.beats(1) == 0
    watcher.processor.stumbles = False
    assert await watcher.beats(2) == 1


async def test_it_is_not_asked_any_more_when_ticks_stop(watcher: Watcher) -> None:
    """Three ticks and a little are the patience; when ticks go on it is asked again."""
    assert await watcher.beats(0) == 1
    assert await watcher.beats(61, ticked=False) == 1
    assert await watcher.beats(62) == 2


async def test_what_goes_wrong_is_said_once_and_without_the_address(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    """A monitor that refuses, and a file that is gone: one line each time it begins, with no secret in it."""
    watcher.monitor.answer = lambda _: (500, {}, b"")
    with caplog.at_level(logging.WARNING, "daybook.heartbeat"):
        await watcher.beats(0)
        await watcher.beats(60)
        watcher.monitor.answer = lambda _: (200, {}, b"")
        await watcher.beats(120)
        watcher.address.unlink()
        assert await watcher.beats(180) == 3
    told = [record.getMessage() for record in caplog.records]
    assert [text.rpartition(": ")[2] for text in told] == ["it answered 500", "monitor.url cannot be read"]
    assert not any("secret-token" in text for text in told)


async def test_it_beats_while_the_block_runs(watcher: Watcher) -> None:
    """As the watcher does it: the loop asks by itself, by the time of now."""
    watcher.app.ticked_at = float("inf")
    async with beating(cast("TickApp[Any]", watcher.app), Rules(watcher.file), watcher.file):
        async with asyncio.timeout(20):
            while not watcher.monitor.requests:
                await asyncio.sleep(0.01)

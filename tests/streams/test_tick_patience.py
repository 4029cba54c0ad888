"""A process that waits for its view, with ticks of others behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from daybook.schemas.ticks import Command
from daybook.streams.faust_process import StalledError
from daybook.streams.tick_app import TickApp, TickSettings
from daybook.streams.ticks import NOTHING, Outcome


class _Idle:
    """An agent that decides nothing."""

    name = "watch"

    def restore(self, entries: Mapping[bytes, bytes]) -> None:
        """Know nothing."""

    def on_tick(self, now: datetime, view: object, commands: Sequence[Command]) -> Outcome:
        """Nothing, whatever is asked."""
        del now, view, commands
        return NOTHING


async def test_whoever_waits_for_the_view_is_not_stalled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A past that takes long to read ends nobody; once it is there, the limit holds."""
    complete = asyncio.Event()

    async def ready() -> None:
        await complete.wait()

    app = TickApp(
        TickSettings("127.0.0.1:9", 1, app_id="patience", stall_seconds=0.0), [_Idle()], None, ready
    )

    async def ends() -> dict[int, int]:
        return {0: 3}

    monkeypatch.setattr(app, "_source_ends", ends)
    failures: list[BaseException] = []

    async def fail(error: BaseException) -> None:
        failures.append(error)

    monkeypatch.setattr(app, "fail", fail)
    keeping = asyncio.create_task(app._keep_time())
    for _ in range(3):
        await asyncio.sleep(0)
        await app.look_at_progress()
    assert failures == []
    complete.set()
    while not failures:
        await asyncio.sleep(0)
        await app.look_at_progress()
    keeping.cancel()
    assert {type(failure) for failure in failures} == {StalledError}

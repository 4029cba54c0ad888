"""Parts of the demo that start at the same time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from daybook.demo.side_by_side import side_by_side


class Log:
    """Parts that note what is done to them. Each starts when all have begun to."""

    def __init__(self, parts: int) -> None:
        self.said: list[str] = []
        self._all = asyncio.Barrier(parts)

    @contextlib.asynccontextmanager
    async def part(self, name: str, *, fails: bool = False) -> AsyncIterator[None]:
        """One part."""
        await self._all.wait()
        if fails:
            raise OSError(name)
        try:
            yield
        finally:
            self.said.append(f"{name} ended")


async def test_they_start_at_once_and_end_in_the_reverse_order() -> None:
    """No part waits for another at the start, and what others lean on ends last."""
    log = Log(3)
    async with asyncio.timeout(10), side_by_side(*map(log.part, "abc")):
        log.said.append("all run")
    assert log.said == ["all run", "c ended", "b ended", "a ended"]


async def test_what_had_started_ends_where_another_cannot_start() -> None:
    """The failure is told, and nothing is left running."""
    log = Log(3)
    with pytest.raises(OSError, match="b"):
        async with side_by_side(log.part("a"), log.part("b", fails=True), log.part("c")):
            log.said.append("all run")
    assert log.said == ["c ended", "a ended"]


async def test_what_had_started_ends_where_the_wait_is_cut_off() -> None:
    """A start that is cancelled in the middle leaves nothing running either."""
    log = Log(1)

    async def never(started: asyncio.Event) -> None:
        async with side_by_side(log.part("a"), _hangs(started)):
            log.said.append("all run")

    started = asyncio.Event()
    task = asyncio.create_task(never(started))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log.said == ["a ended"]


@contextlib.asynccontextmanager
async def _hangs(started: asyncio.Event) -> AsyncIterator[None]:
    asyncio.get_running_loop().call_later(0.01, started.set)
    await asyncio.Event().wait()
    yield

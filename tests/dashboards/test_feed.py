from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing

import pytest

from daybook.dashboards.board.feed import Feed, Message


class State:
    """What a feed reads: a number that a test turns, and how often it was read."""

    def __init__(self) -> None:
        self.value = 1
        self.reads = 0
        self.broken = False

    async def mark(self) -> int:
        """Changes with the state."""
        if self.broken:
            raise OSError("the database is away")
        return self.value

    async def read(self) -> str:
        """The state."""
        self.reads += 1
        return str(self.value)

    def feed(self, *, refresh_seconds: float = 1000, beat_seconds: float = 1000) -> Feed:
        """A feed that looks all the time."""
        return Feed(
            self.mark,
            self.read,
            look_seconds=0.001,
            refresh_seconds=refresh_seconds,
            beat_seconds=beat_seconds,
        )


async def test_a_viewer_gets_the_state_and_then_each_change() -> None:
    """The first message is the state as it stands, the next one comes with a change."""
    state = State()
    async with aclosing(state.feed().messages()) as messages:
        assert await anext(messages) == Message("board", "1")
        state.value = 2
        assert await anext(messages) == Message("board", "2")


async def test_all_viewers_share_one_reader() -> None:
    """Ten viewers of one state cost one read."""
    state = State()
    feed = state.feed()
    viewers = [feed.messages() for _ in range(10)]
    assert {await anext(viewer) for viewer in viewers} == {Message("board", "1")}
    assert state.reads == 1
    for viewer in viewers:
        await viewer.aclose()


async def test_nobody_looking_means_nothing_is_read() -> None:
    """With the last viewer the reading stops, and the next one gets a fresh state."""
    state = State()
    feed = state.feed()
    first = feed.messages()
    await anext(first)
    await first.aclose()
    await asyncio.sleep(0.01)
    reads = state.reads
    state.value = 7
    await asyncio.sleep(0.01)
    assert state.reads == reads
    async with aclosing(feed.messages()) as messages:
        assert await anext(messages) == Message("board", "7")


async def test_trouble_is_told_once_and_ends_with_the_next_good_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While the state cannot be read viewers know it and the log has the cause, once; then it goes on."""
    state = State()
    async with aclosing(state.feed().messages()) as messages:
        await anext(messages)
        state.broken = True
        with caplog.at_level(logging.ERROR):
            assert await anext(messages) == Message("trouble", "")
            await asyncio.sleep(0.05)
        assert [record.exc_info is not None for record in caplog.records] == [True]
        state.broken = False
        assert await anext(messages) == Message("board", "1")


async def test_a_quiet_feed_beats_and_refreshes() -> None:
    """Without a change a viewer still hears that the connection lives, and the state is read now and then."""
    state = State()
    async with aclosing(state.feed(beat_seconds=0.005).messages()) as messages:
        await anext(messages)
        assert await anext(messages) == Message("beat", "")
    async with aclosing(state.feed(refresh_seconds=0.01).messages()) as messages:
        assert [(await anext(messages)).kind for _ in range(3)] == ["board"] * 3


async def test_closing_the_feed_ends_every_stream() -> None:
    """A server that stops need not wait for its viewers."""
    feed = State().feed()
    streams = [asyncio.create_task(_all(feed)) for _ in range(3)]
    await asyncio.sleep(0.02)
    feed.close()
    assert [kinds[0] for kinds in await asyncio.gather(*streams)] == ["board"] * 3
    assert await _all(feed) == []


async def _all(feed: Feed) -> list[str]:
    return [message.kind async for message in feed.messages()]

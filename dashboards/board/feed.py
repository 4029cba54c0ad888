"""One reader for all viewers: looks for changes, reads once, and hands the newest state to everyone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from typing import Final, Literal, NamedTuple

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.25
"""How often changes are looked for: a changed total is pushed within a second, reading included."""
REFRESH_SECONDS: Final = 10.0
"""The state is read at least this often: "the same time yesterday" moves with the clock."""
BEAT_SECONDS: Final = 5.0
"""A viewer hears at least this often that the connection lives."""


class Message(NamedTuple):
    """What a viewer gets: a new state, word that it cannot be read, or a sign of life."""

    kind: Literal["board", "trouble", "beat"]
    data: str


class Feed:
    """Runs while somebody looks. A slow viewer misses states in between, never the newest one."""

    def __init__(
        self,
        mark: Callable[[], Awaitable[Hashable]],
        read: Callable[[], Awaitable[str]],
        *,
        look_seconds: float = LOOK_SECONDS,
        refresh_seconds: float = REFRESH_SECONDS,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._mark = mark
        self._read = read
        self._look_seconds = look_seconds
        self._refresh_seconds = refresh_seconds
        self._beat_seconds = beat_seconds
        self._viewers = 0
        self._poller: asyncio.Task[None] | None = None
        self._latest: Message | None = None
        self._number = 0
        self._news = asyncio.Event()
        self._closed = False

    @property
    def viewers(self) -> int:
        """How many are looking."""
        return self._viewers

    async def messages(self) -> AsyncGenerator[Message]:
        """Messages for one viewer, newest state first, until the feed closes. Aclose it with the viewer."""
        self._enter()
        seen = 0
        try:
            while not self._closed:
                if self._latest is not None and seen != self._number:
                    seen = self._number
                    yield self._latest
                elif not await self._news_within(self._beat_seconds):
                    yield Message("beat", "")
        finally:
            self._leave()

    def close(self) -> None:
        """Ends every viewer's messages and the reading, so that a server can shut down at once."""
        self._closed = True
        self._stop_polling()
        self._wake()

    def _enter(self) -> None:
        self._viewers += 1
        if self._poller is None and not self._closed:
            self._poller = asyncio.create_task(self._poll(), name="board-feed")

    def _leave(self) -> None:
        self._viewers -= 1
        if self._viewers == 0:
            self._stop_polling()
            self._latest = None  # the next viewer must not see an old state as if it were new

    def _stop_polling(self) -> None:
        if self._poller is not None:
            self._poller.cancel()
            self._poller = None

    async def _news_within(self, seconds: float) -> bool:
        news = self._news
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), seconds)
        return news.is_set()

    def _publish(self, message: Message) -> None:
        self._latest = message
        self._number += 1
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _poll(self) -> None:
        clock = asyncio.get_running_loop().time
        last_mark: Hashable = None
        read_at = float("-inf")
        in_trouble = warm = False
        while True:
            started = clock()
            try:
                mark = await self._mark()
                if in_trouble or mark != last_mark or clock() - read_at >= self._refresh_seconds:
                    # The mark is older than the state read after it: what falls in between is read once more.
                    self._publish(Message("board", await self._read()))
                    last_mark, read_at, in_trouble = mark, clock(), False
            except Exception:
                # Whatever the driver raises, viewers are told and the next look may succeed.
                if not in_trouble:
                    log.exception("The board cannot be read; trying again until it can.")
                    self._publish(Message("trouble", ""))
                in_trouble = True
            # The engine is shared with the writer: at most a third of its time goes into looking. The first
            # reading does not count: it warms what the next ones find ready.
            busy = clock() - started if warm else 0.0
            warm = True
            await asyncio.sleep(max(self._look_seconds, 2 * busy))

"""The page's views: for each view and scope one reader and one feed, shared by all who look alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any, Protocol

import orjson

from daybook.dashboards.board.access import Scope, ViewName
from daybook.dashboards.board.feed import Feed


class Reader(Protocol):
    """Reads one view's document, of what a scope shows."""

    async def mark(self) -> Hashable:
        """Something that differs when what the view shows has changed; cheap to ask."""
        ...

    async def read(self) -> Any:
        """The document: a dataclass of plain values."""
        ...


Readers = Mapping[ViewName, Callable[[Scope], Reader]]


class Views:
    """All documents and feeds. There are as many as view keys differ in scope, at most."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._made: dict[tuple[ViewName, Scope], tuple[Feed, Callable[[], Awaitable[str]]]] = {}
        self._closed = False

    @property
    def viewers(self) -> int:
        """How many streams are open."""
        return sum(feed.viewers for feed, _ in self._made.values())

    def feed(self, view: ViewName, scope: Scope) -> Feed:
        """The feed of a view for a scope."""
        return self._of(view, scope)[0]

    async def document(self, view: ViewName, scope: Scope) -> str:
        """The document of a view for a scope as it stands, as JSON."""
        return await self._of(view, scope)[1]()

    def close(self) -> None:
        """End all open streams. Call it before the server stops: it waits for open connections."""
        self._closed = True
        for feed, _ in self._made.values():
            feed.close()

    def _of(self, view: ViewName, scope: Scope) -> tuple[Feed, Callable[[], Awaitable[str]]]:
        if (view, scope) not in self._made:
            reader = self._readers[view](scope)

            async def document() -> str:
                return orjson.dumps(await reader.read()).decode()

            feed = Feed(reader.mark, document)
            if self._closed:
                feed.close()
            self._made[view, scope] = feed, document
        return self._made[view, scope]

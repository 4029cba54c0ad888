"""The page's routes: the page itself, its state, and the stream of its changes."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

import orjson
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from daybook.dashboards.board.feed import Feed
from daybook.dashboards.board.reading import BoardReader
from daybook.ledger.calendar import Calendar
from daybook.sinks.store import Store

HEADERS: Final = {
    # Nothing is loaded from elsewhere, nothing runs that is not a file of ours, nobody frames or submits it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Board:
    """The live page, ready to be put into an application."""

    router: APIRouter
    feed: Feed

    def close(self) -> None:
        """Ends all open streams. Call it before the server stops: it waits for open connections."""
        self.feed.close()


def create_board(
    store: Store, calendar: Calendar, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Board:
    """The live page over a store of totals. ``clock`` gives aware times."""
    reader = BoardReader(store, calendar, clock)

    async def document() -> str:
        return orjson.dumps(await reader.read()).decode()

    feed = Feed(reader.mark, document)
    router = APIRouter(tags=["board"])
    _add_page(router)
    _add_state(router, document, feed)
    return Board(router, feed)


def create_app(board: Board) -> FastAPI:
    """An application that serves the live page and nothing else."""
    app = FastAPI(title="Daybook: the live page", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(board.router)
    return app


def _add_state(router: APIRouter, document: Callable[[], Awaitable[str]], feed: Feed) -> None:
    @router.get("/board/today.json", response_class=Response)
    async def today() -> Response:
        """The whole board as it stands; amounts are integers in minor units."""
        text = await document()
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    @router.get("/board/stream", response_class=EventSourceResponse)
    async def stream() -> AsyncIterator[ServerSentEvent]:
        """Server-sent events: ``board`` with the whole state, ``trouble`` if it cannot be read, ``beat``."""
        async with aclosing(feed.messages()) as messages:
            async for message in messages:
                yield ServerSentEvent(event=message.kind, raw_data=message.data)


def _add_page(router: APIRouter) -> None:
    page = {path.name: path.read_bytes() for path in files(__package__).joinpath("page").iterdir()}

    @router.get("/", response_class=Response, include_in_schema=False)
    async def index(request: Request) -> Response:
        return _asset(request, page, "index.html")

    @router.get("/board/page/{name}", response_class=Response, include_in_schema=False)
    async def asset(request: Request, name: str) -> Response:
        return _asset(request, page, name)


def _asset(request: Request, page: dict[str, bytes], name: str) -> Response:
    if name not in page:
        raise HTTPException(404)
    content = page[name]
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**HEADERS, "ETag": etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(content, media_type=kind, headers=headers)

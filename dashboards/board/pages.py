"""The files of the page: one shell with each view's own part in it, styles, scripts, and the chart library.

The chart library is Chart.js, out of the installed package ``chartkick``: nothing is loaded from elsewhere.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from daybook.dashboards.board.access import EVERY_VIEW, ViewName

HEADERS: Final = {
    # Nothing is loaded from elsewhere, nothing runs that is not a file of ours, nobody frames or submits it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
TITLES: Final[dict[ViewName, str]] = {
    "today": "Today",
    "leaderboard": "Leaderboard",
    "recognition": "Recognition",
    "coaching": "Coaching",
    "signals": "Signals",
    "customers": "Customers",
    "alerts": "Alerts",
    "cases": "Cases",
    "trust": "Trust",
}
_CHARTS: Final = ("chartkick", "django/static/chartkick/Chart.bundle.js")
_WORTH_PACKING: Final = 2048


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    packed: bytes | None
    """The same, gzipped, where that is worth it."""
    media_type: str
    etag: str


def asset(name: str, content: bytes) -> Asset:
    """A file of a name, ready to be sent."""
    packed = gzip.compress(content, mtime=0) if len(content) > _WORTH_PACKING else None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(content, packed, kind, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def add_pages(router: APIRouter) -> None:
    """The routes of the pages and of all that they name."""
    folder = {path.name: path.read_bytes() for path in files(__package__).joinpath("page").iterdir()}
    pages = {view: asset("view.html", _page(folder, view)) for view in EVERY_VIEW}
    parts = {name: asset(name, content) for name, content in folder.items() if not name.endswith(".html")}
    package, path = _CHARTS
    parts["Chart.bundle.js"] = asset("Chart.bundle.js", files(package).joinpath(path).read_bytes())

    for view in EVERY_VIEW:
        _add_page(router, f"/{view}", pages[view])
    _add_page(router, "/", pages["today"])

    @router.get("/board/page/{name}", response_class=Response, include_in_schema=False)
    async def part(request: Request, name: str) -> Response:
        if name not in parts:
            raise HTTPException(404)
        return _answer(request, parts[name])


def _add_page(router: APIRouter, path: str, found: Asset) -> None:
    @router.get(path, response_class=Response, include_in_schema=False)
    async def page(request: Request) -> Response:
        return _answer(request, found)


def _page(folder: dict[str, bytes], view: ViewName) -> bytes:
    shell, own = folder["shell.html"].decode(), folder[f"{view}.html"].decode()
    return shell.replace("{title}", TITLES[view]).replace("{view}", view).replace("{main}", own).encode()


def _answer(request: Request, found: Asset) -> Response:
    headers = {**HEADERS, "ETag": found.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=304, headers=headers)
    if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)

"""The routes by which a viewer comes in, goes out, and learns who they are."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daybook.dashboards.board.access import Viewer
from daybook.dashboards.board.bodies import body_of
from daybook.dashboards.board.door import COOKIE, Door, refuse_other_sites
from daybook.dashboards.board.sessions import LASTS

_LONGEST_BODY: Final = 1024


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    key: str = Field(min_length=1, max_length=200, repr=False)


class Me(BaseModel):
    """What the page needs to know of its viewer."""

    name: str
    role: str
    views: list[str]
    operator: bool
    stores: list[str] | None
    keys: bool
    """Whether a key can be entered here."""
    entered: bool
    """Whether one was."""


def add_door(router: APIRouter, door: Door) -> None:
    """Add the routes to a router."""

    @router.get("/board/me.json")
    async def me(request: Request, response: Response) -> Me:
        """Who looks, and which views are open to them; 401 where a key has to be entered first."""
        response.headers["Cache-Control"] = "no-store"
        return _me(door, door.viewer(request))

    @router.post("/board/session")
    async def enter(request: Request) -> Response:
        """Enter a key once: ``{"key": "dbv_..."}``. The answer sets the session's cookie."""
        refuse_other_sites(request)
        viewer, session = door.enter(await _entered(request))
        answer = Response(_me(door, viewer).model_dump_json(), media_type="application/json")
        answer.set_cookie(COOKIE, session, max_age=int(LASTS.total_seconds()), **_flags(request))
        return answer

    @router.delete("/board/session")
    async def leave(request: Request) -> Response:
        """Forget the session."""
        refuse_other_sites(request)
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, **_flags(request))
        return answer


def _flags(request: Request) -> dict[str, Any]:
    return {"httponly": True, "samesite": "strict", "secure": request.url.scheme == "https", "path": "/"}


async def _entered(request: Request) -> str:
    body = await body_of(request, _LONGEST_BODY, "That is too long for a key.")
    try:
        return _Entry.model_validate_json(body).key
    except ValidationError:
        raise HTTPException(422, 'Send {"key": "..."}.') from None


def _me(door: Door, viewer: Viewer) -> Me:
    stores = viewer.scope.stores
    return Me(
        name=viewer.name,
        role=viewer.role.value,
        views=list(viewer.views),
        operator=viewer.operator,
        stores=None if stores is None else sorted(stores),
        keys=door.asks_for_keys,
        entered=viewer.key_id is not None,
    )

"""The live page's routes: its pages, each view's state, and the stream of its changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from daybook.dashboards.board.access import Viewer, ViewName
from daybook.dashboards.board.alerting import AlertActions, AlertsReader, add_alert_actions
from daybook.dashboards.board.customers import CustomersReader
from daybook.dashboards.board.door import Door
from daybook.dashboards.board.entry import add_door
from daybook.dashboards.board.investigating import CaseActions, CasesReader, add_case_actions
from daybook.dashboards.board.pacing import Pacing
from daybook.dashboards.board.pages import add_pages
from daybook.dashboards.board.reading import TodayReader
from daybook.dashboards.board.recognition import (
    CoachingActions,
    CoachingReader,
    RecognitionReader,
    add_coaching_notes,
)
from daybook.dashboards.board.signalling import SignalsReader
from daybook.dashboards.board.standings import LeaderboardReader, Question, Ranking
from daybook.dashboards.board.trust import TrustReader
from daybook.dashboards.board.views import Views
from daybook.ledger.calendar import Calendar
from daybook.sinks.store import Store

_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Board:
    """The live page, ready to be put into an application."""

    router: APIRouter
    views: Views
    door: Door

    def close(self) -> None:
        """Ends all open streams. Call it before the server stops: it waits for open connections."""
        self.views.close()


def create_board(
    store: Store,
    calendar: Calendar,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    door: Door | None = None,
    grace: timedelta = timedelta(hours=6),
    ranking: Ranking | None = None,
    staff_names: Mapping[str, str] | None = None,
    homes: Mapping[str, str] | None = None,
    also: Sequence[Question] = (),
    actions: AlertActions | None = None,
    coaching_actions: CoachingActions | None = None,
    case_actions: CaseActions | None = None,
    filling: Callable[[], bool] = lambda: False,
) -> Board:
    """The live page over a store of totals.

    Args:
        store: where the totals are.
        calendar: which stores there are.
        clock: gives aware times.
        door: who may look; without one anybody, as on loopback.
        grace: after which a business day that has ended is closed.
        ranking: answers what stands on leaderboards; without it there are none.
        staff_names: what staff are called, by their ids.
        homes: the home stores of staff, by their ids.
        also: leaderboards that are shown besides: by measures of the business's own, and of signals.
        actions: tells the watcher what operators say; without it nobody can act.
        coaching_actions: tells it what managers note; without it nobody can.
        case_actions: tells the watcher what people do to cases; without it nobody can.
        filling: whether a past is still being published.
    """
    door = door or Door(None, None, clock, key_required=False)
    pacing, names, homes = Pacing(store, calendar), staff_names or {}, homes or {}
    boards: dict[str, Any] = {"ranking": ranking or _no_boards, "also": also}
    alerts = partial(AlertsReader, store, calendar, clock)
    cases = partial(CasesReader, store, calendar, clock)
    coaching = partial(CoachingReader, store, clock, homes=homes, names=names)
    views = Views(
        {
            "today": lambda scope: TodayReader(store, calendar, clock, scope, pacing, filling=filling),
            "leaderboard": partial(LeaderboardReader, store, calendar, clock, staff_names=names, **boards),
            "recognition": lambda scope: RecognitionReader(store, calendar, clock, scope, homes),
            "coaching": coaching,
            "signals": partial(SignalsReader, store, calendar, clock, staff_names=names),
            "customers": partial(CustomersReader, store, calendar, clock),
            "alerts": alerts,
            "cases": cases,
            "trust": lambda scope: TrustReader(store, calendar, clock, scope, grace),
        }
    )
    router = _entrance(door)
    add_alert_actions(router, door, alerts, actions)
    add_coaching_notes(router, door, coaching, coaching_actions)
    add_case_actions(router, door, cases, case_actions)
    _add_views(router, door, views)
    return Board(router, views, door)


def _entrance(door: Door) -> APIRouter:
    """The pages themselves, and the way in."""
    router = APIRouter(tags=["board"])
    add_pages(router)
    add_door(router, door)
    return router


def create_app(board: Board) -> FastAPI:
    """An application that serves the live page and nothing else."""
    app = FastAPI(title="Daybook: the live page", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(board.router)
    return app


def _add_views(router: APIRouter, door: Door, views: Views) -> None:
    def permitted(request: Request, view: ViewName) -> Viewer:
        viewer = door.viewer(request)
        if view not in viewer.views:
            raise HTTPException(403, "This view key does not open this view.")
        return viewer

    @router.get("/board/{view}.json", response_class=Response)
    async def state(view: ViewName, viewer: Viewer = Depends(permitted)) -> Response:
        """A view as it stands, of what the viewer may see; amounts are integers in minor units."""
        text = await views.document(view, viewer.scope)
        return Response(text, media_type="application/json", headers=_PRIVATE)

    @router.get("/board/{view}/stream", response_class=EventSourceResponse)
    async def stream(
        request: Request, view: ViewName, viewer: Viewer = Depends(permitted)
    ) -> AsyncIterator[ServerSentEvent]:
        """Server-sent events: ``board`` with the whole state, ``trouble`` if it cannot be read, ``beat``.

        It ends when the viewer's key is revoked.
        """
        async with aclosing(views.feed(view, viewer.scope).messages()) as messages:
            async for message in messages:
                if not _still(door, request, viewer):
                    break
                yield ServerSentEvent(event=message.kind, raw_data=message.data)


def _still(door: Door, request: Request, viewer: Viewer) -> bool:
    try:
        return door.viewer(request) == viewer
    except HTTPException:
        return False


async def _no_boards(_question: Question) -> Mapping[str, Any]:
    return {"boards": [], "period": {}}

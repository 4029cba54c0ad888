"""Reads the view of cases, and takes what people do to them, or say of the tracking itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from daybook.dashboards.board.access import Role, Scope, Viewer
from daybook.dashboards.board.bodies import body_of
from daybook.dashboards.board.door import Door, refuse_other_sites
from daybook.dashboards.board.published import PublishedReader
from daybook.ledger.calendar import Calendar
from daybook.schemas.cases import CHECKLIST, Cause, Item, Tracked
from daybook.schemas.fields import FreeText, Identifier
from daybook.schemas.validation import first_problem
from daybook.sinks.store import Store

RECENT: Final = timedelta(days=7)
_LONGEST_BODY: Final = 4096


class CaseActions(Protocol):
    """Tells the watcher what people do; PermissionError, with a sentence, where it cannot be told so."""

    def act(self, case_id: str, by: str, what: Mapping[str, Any]) -> Awaitable[None]:
        """Somebody works on a case."""
        ...

    def report(self, by: str, title: str, about: Tracked) -> Awaitable[None]:
        """Somebody says that something is wrong with the tracking."""
        ...


@dataclass(frozen=True, slots=True)
class CasesDocument:
    """The view of cases: the published documents, open ones first, of these the dearest."""

    as_of_ms: int
    newest_recorded_ms: int | None
    exponents: dict[str, int]
    names: dict[str, str]
    checklist: list[str]
    causes: list[str]
    cases: list[dict[str, Any]]


class CasesReader:
    """Reads the cases that a scope shows: all, or those that are about its stores alone."""

    def __init__(self, store: Store, calendar: Calendar, clock: Callable[[], datetime], scope: Scope) -> None:
        self._reader = PublishedReader(store, calendar, clock, scope, query="board_cases", recent=RECENT)
        self.mark = self._reader.mark

    async def read(self) -> CasesDocument:
        """The whole view. Raises what the store raises."""
        found = await self._reader.published()
        return CasesDocument(
            as_of_ms=found.as_of_ms,
            newest_recorded_ms=found.newest_recorded_ms,
            exponents=found.exponents,
            names=found.names,
            checklist=[item.value for item in CHECKLIST],
            causes=[cause.value for cause in Cause],
            cases=found.documents,
        )

    async def shows(self, case_id: str) -> bool:
        """Whether a case is among those that the scope shows."""
        return await self._reader.has("case_id", case_id)


class _Act(BaseModel):
    """What is done; one thing at a time, as the page's forms send it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    case_id: Identifier
    owner: FreeText | None = None
    note: FreeText | None = None
    item: Item | None = None
    finding: FreeText | None = None
    action: FreeText | None = None
    due: date | None = None
    done: Identifier | None = None
    cause: Cause | None = None
    close: bool = False
    reopen: bool = False


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    title: FreeText
    about: Tracked


def add_case_actions(
    router: APIRouter, door: Door, reader: Callable[[Scope], CasesReader], actions: CaseActions | None
) -> None:
    """The routes by which operators work on cases, and everybody with a key says which figure is wrong."""

    async def told(telling: Callable[[CaseActions], Awaitable[None]]) -> Response:
        if actions is None:
            raise HTTPException(503, "Cases cannot be worked on here: no Kafka is known.")
        try:
            await telling(actions)
        except PermissionError as error:
            raise HTTPException(409, str(error)) from error
        return Response(status_code=204)

    @router.post("/board/cases/act", response_class=Response)
    async def act(request: Request) -> Response:
        """Own it, note, check, plan, name the cause, close or reopen; who does it is the key's label."""
        viewer = door.operator(request)
        body = await _body(request, _Act)
        if not await reader(viewer.scope).shows(body.case_id):
            raise HTTPException(404, "There is no such case.")
        what = body.model_dump(exclude={"case_id"}, exclude_none=True)
        return await told(lambda teller: teller.act(body.case_id, viewer.name, what))

    @router.post("/board/cases/report", response_class=Response)
    async def report(request: Request) -> Response:
        """Say that a figure, an alert or a rule is wrong. Any view key will do."""
        viewer = _known(door, request)
        body = await _body(request, _Report)
        return await told(lambda teller: teller.report(viewer.name, body.title, body.about))


def _known(door: Door, request: Request) -> Viewer:
    """Who a report comes from: somebody with a key, so that there is somebody to ask."""
    viewer = door.viewer(request)
    if viewer.key_id is None or viewer.role is Role.OWN:
        raise HTTPException(403, "Enter a view key first: whoever looks into it may want to ask you.")
    if "authorization" not in request.headers:
        refuse_other_sites(request)
    return viewer


_Body = TypeVar("_Body", bound=BaseModel)


async def _body(request: Request, model: type[_Body]) -> _Body:
    """What was sent, once it is known from whom. A refusal repeats nothing: it may hold personal data."""
    body = await body_of(request, _LONGEST_BODY, "That is too long.")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise HTTPException(422, f"It cannot be told so: {first_problem(error)}.") from None

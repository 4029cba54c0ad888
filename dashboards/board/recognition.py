"""Reads the views of recognition and, for managers, of coaching."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import orjson
from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict

from daybook.dashboards.board.access import Scope, Viewer
from daybook.dashboards.board.asking import Asking
from daybook.dashboards.board.document import Position
from daybook.dashboards.board.door import Door
from daybook.ledger.calendar import Calendar
from daybook.ledger.leaderboards import main_date
from daybook.ledger.periods import calendar_month
from daybook.schemas.awards import Key
from daybook.schemas.coaching import CoachedWho
from daybook.schemas.currencies import exponent
from daybook.schemas.fields import Currency, FreeText
from daybook.sinks.store import Store

RECENT: Final = timedelta(days=31)
_MOST: Final = 200
_SHOWN: Final = (
    *("award_id", "title", "how", "who", "key", "currency", "first", "last", "place", "quantity", "status"),
    *("prize", "label", "given_by", "given_for", "public_at"),
)


class CoachingActions(Protocol):
    """Tells the watcher what managers note; PermissionError, with a sentence, where it cannot be told."""

    def note(self, who: str, key: str, currency: str, text: str, by: str) -> Awaitable[None]:
        """Something is noted about somebody."""
        ...


@dataclass(frozen=True, slots=True)
class Points:
    """Points of the running month, by one programme to one who takes part."""

    programme_id: str
    title: str
    key: str
    name: str
    confirmed: int
    pending: int


@dataclass(frozen=True, slots=True)
class RecognitionDocument:
    """The view of recognition: awards, the newest first, and the month's points."""

    as_of_ms: int
    newest_recorded_ms: int | None
    exponents: dict[str, int]
    awards: list[dict[str, Any]]
    points: list[Points]


@dataclass(frozen=True, slots=True)
class CoachingDocument:
    """The view of coaching: its published states, longest behind first."""

    as_of_ms: int
    newest_recorded_ms: int | None
    exponents: dict[str, int]
    names: dict[str, str]
    coaching: list[dict[str, Any]]


class _Whose:
    """Who may be shown: of some stores alone those at home there."""

    def __init__(self, scope: Scope, homes: Mapping[str, str]) -> None:
        self._scope = scope
        self._homes = homes

    def shows(self, who: str, key: str) -> bool:
        """Whether somebody's figures may be shown; a team's only where all stores are."""
        if self._scope.staff_id is not None or self._scope.stores is None:
            return True
        store = {"store": key, "staff": self._homes.get(key)}.get(who)
        return store is not None and store in self._scope.stores


class RecognitionReader:
    """Reads what a scope shows: to one person all of their own, to others what everyone may see by now."""

    def __init__(
        self,
        store: Store,
        calendar: Calendar,
        clock: Callable[[], datetime],
        scope: Scope,
        homes: Mapping[str, str],
    ) -> None:
        self._asking = Asking(store, scope)
        self._calendar = calendar
        self._clock = clock
        self._scope = scope
        self._whose = _Whose(scope, homes)

    async def mark(self) -> tuple[Any, ...]:
        """Changes with every award, and each minute, for awards become public by themselves."""
        rows = await self._asking.rows("board_awards_mark")
        return (*map(tuple, rows), int(self._clock().timestamp()) // 60)

    async def read(self) -> RecognitionDocument:
        """The whole view. Raises what the store raises."""
        now = self._clock()
        position = Position(*(await self._asking.rows("position"))[0])
        asked = {"own": self._scope.staff_id or "", "limit": _MOST}
        times = {"now_ms": _milliseconds(now), "since_ms": _milliseconds(now - RECENT)}
        awards = [_award(row[0]) for row in await self._asking.rows("board_awards", **asked, **times)]
        shown = [each for each in awards if self._whose.shows(each["who"], each["key"])]
        return RecognitionDocument(
            as_of_ms=_milliseconds(now),
            newest_recorded_ms=position.newest_recorded_ms,
            exponents=_exponents(each["currency"] for each in shown),
            awards=shown,
            points=await self._points(now, asked),
        )

    async def _points(self, now: datetime, asked: dict[str, Any]) -> list[Points]:
        if not self._calendar.stores:
            return []
        month = calendar_month(main_date(self._calendar, now))
        rows = await self._asking.rows("board_points", **asked, first=month.first, last=month.last)
        return [
            Points(programme, title, key, name or key, int(confirmed), int(pending))
            for programme, title, who, key, name, confirmed, pending in rows
            if self._whose.shows(who, key)
        ]


class CoachingReader:
    """Reads who is behind, and what was noted. Only managers get here."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        scope: Scope,
        homes: Mapping[str, str],
        names: Mapping[str, str],
    ) -> None:
        self._asking = Asking(store, scope)
        self._clock = clock
        self._whose = _Whose(scope, homes)
        self._names = names

    async def mark(self) -> tuple[Any, ...]:
        """Changes with every state."""
        return tuple(map(tuple, await self._asking.rows("board_awards_mark")))

    async def read(self) -> CoachingDocument:
        """The whole view. Raises what the store raises."""
        position = Position(*(await self._asking.rows("position"))[0])
        rows = await self._asking.rows("board_coaching", limit=_MOST)
        states = [orjson.loads(row[0]) for row in rows]
        shown = [each for each in states if self._whose.shows(each["who"], each["key"])]
        return CoachingDocument(
            as_of_ms=_milliseconds(self._clock()),
            newest_recorded_ms=position.newest_recorded_ms,
            exponents=_exponents(each["currency"] for each in shown),
            names={each["key"]: self._names.get(each["key"], each["key"]) for each in shown},
            coaching=shown,
        )

    async def shows(self, who: str, key: str) -> bool:
        """Whether a viewer of this scope may note something about somebody."""
        return self._whose.shows(who, key)


def _award(document: str) -> dict[str, Any]:
    award = orjson.loads(document)
    return {name: award.get(name) for name in _SHOWN} | {"name": award.get("name") or award["key"]}


def _exponents(currencies: Iterable[str | None]) -> dict[str, int]:
    return {currency: exponent(currency) for currency in sorted({c for c in currencies if c})}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    who: CoachedWho
    key: Key
    currency: Currency
    text: FreeText


def add_coaching_notes(
    router: APIRouter,
    door: Door,
    reader: Callable[[Scope], CoachingReader],
    actions: CoachingActions | None,
) -> None:
    """The route by which managers note something; who they are is their key's label."""

    async def allowed(request: Request, note: _Note) -> Viewer:
        viewer = door.operator(request)
        if "coaching" not in viewer.views:
            raise HTTPException(403, "Coaching is for managers.")
        if not await reader(viewer.scope).shows(note.who, note.key):
            raise HTTPException(404, "There is nobody of this name.")
        if actions is None:
            raise HTTPException(503, "Nothing can be noted here: no Kafka is known.")
        return viewer

    @router.post("/board/coaching/note", response_class=Response)
    async def note(request: Request, body: _Note) -> Response:
        """Note something about somebody, which puts them on the coaching list."""
        viewer = await allowed(request, body)
        assert actions is not None
        try:
            await actions.note(body.who, body.key, body.currency, body.text, viewer.name)
        except PermissionError as error:
            raise HTTPException(503, str(error)) from error
        return Response(status_code=204)

"""What `daybook alerts` does, over HTTP: for people and programs with an operator's view key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daybook.dashboards.board.access import Scope, Viewer
from daybook.dashboards.board.bodies import body_of
from daybook.dashboards.board.door import Door
from daybook.ledger.alerts.checking import problems
from daybook.ledger.expressions import Expression
from daybook.operations import alerts as operations
from daybook.operations.base import CannotAct, Document, Place
from daybook.schemas.alerts import Match
from daybook.schemas.fields import FreeText, Identifier
from daybook.schemas.rules import RulesFile
from daybook.schemas.validation import first_problem
from daybook.sinks.alerts import alerts_by_key

_LARGEST_FILE: Final = 1024 * 1024


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: FreeText | None = None


class _Silence(BaseModel):
    model_config = ConfigDict(extra="forbid")

    match: Match
    minutes: int = Field(ge=1, le=60 * 24 * 30)
    reason: FreeText


class _Test(BaseModel):
    model_config = ConfigDict(extra="forbid")

    receiver: Identifier | None = None


class AlertsApi:
    """The routes under ``/v1``. A key that is limited to stores sees and acknowledges those stores' alerts.

    Args:
        place: where alerts are read, and how the watcher is told.
        door: knows the keys.
        custom: the measures that rules may name.
    """

    def __init__(self, place: Place, door: Door, custom: dict[str, Expression]) -> None:
        self._place = place
        self._door = door
        self._custom = custom

    def router(self) -> APIRouter:
        """All routes."""
        router = APIRouter(prefix="/v1", tags=["alerts"])
        router.get("/alerts", summary="Alerts, what fires first")(self.list)
        router.get("/alerts/{key}", summary="One alert, and what was told of it")(self.show)
        router.post("/alerts/{key}/acknowledge", summary="Take an alert on")(self.acknowledge)
        router.post("/alerts/test", summary="Have a test alert sent")(self.test)
        router.post("/silences", summary="Keep matching alerts quiet for a while")(self.silence)
        router.delete("/silences/{silence_id}", summary="End a silence now")(self.unsilence)
        router.post("/rules/check", summary="Say what is wrong with a rules file")(self.check)
        return router

    async def list(self, request: Request, *, resolved: bool = False) -> Document:
        """Those that are not over; with ``resolved=true`` the others as well."""
        viewer = self._door.operator(request)
        args = operations.ListArgs()
        if resolved:
            args.states.append("resolved")
        found = await self._done(operations.list_alerts, args)
        return {"alerts": [alert for alert in found["alerts"] if _shows(viewer.scope, alert["scope"])]}

    async def show(self, request: Request, key: str) -> Document:
        """By the alert's key, or the beginning of it."""
        return await self._shown(self._door.operator(request), key)

    async def acknowledge(self, request: Request, key: str, body: _Note) -> Document:
        """It is repeated no more, and goes on until it is over. Who did so is the key's label."""
        viewer = self._door.operator(request)
        whole = (await self._shown(viewer, key))["alert"]["dedup_key"]
        args = operations.AcknowledgeArgs(dedup_key=whole, by=viewer.name, note=body.note)
        return await self._done(operations.acknowledge_alert, args)

    async def silence(self, request: Request, body: _Silence) -> Document:
        """All that the match names has to fit."""
        viewer = self._unlimited(request)
        args = operations.SilenceArgs(
            match=body.match, minutes=body.minutes, reason=body.reason, by=viewer.name
        )
        return await self._done(operations.silence_alerts, args)

    async def unsilence(self, request: Request, silence_id: str) -> Document:
        """By the id that the answer to the silence had."""
        viewer = self._unlimited(request)
        args = operations.UnsilenceArgs(silence_id=silence_id, by=viewer.name)
        return await self._done(operations.end_silence, args)

    async def test(self, request: Request, body: _Test) -> Document:
        """To one receiver, or to all; its end follows by itself."""
        viewer = self._unlimited(request)
        args = operations.TestArgs(receiver=body.receiver, by=viewer.name)
        return await self._done(operations.send_test, args)

    async def check(self, request: Request) -> Document:
        """The body is the file."""
        self._unlimited(request)
        body = await body_of(request, _LARGEST_FILE, "That is too long for a rules file.")
        try:
            file = RulesFile.model_validate_json(body)
        except ValidationError as error:
            return {"valid": False, "problems": [first_problem(error)]}
        found = problems(file, self._custom)
        return {"valid": not found, "problems": found}

    def _unlimited(self, request: Request) -> Viewer:
        viewer = self._door.operator(request)
        if viewer.scope.stores is not None:
            raise HTTPException(403, "This needs a key that is not limited to stores.")
        return viewer

    async def _shown(self, viewer: Viewer, key: str) -> Document:
        try:
            args = operations.ShowArgs(dedup_key=key)
        except ValidationError as error:
            raise HTTPException(422, first_problem(error)) from error
        if not await asyncio.to_thread(alerts_by_key, self._place.store, key):
            raise HTTPException(404, "There is no such alert.")
        found = await self._done(operations.show_alert, args)
        if not _shows(viewer.scope, found["alert"]["scope"]):
            raise HTTPException(404, "There is no such alert.")
        return found

    async def _done(self, operation: Callable[[Place, Any], Document], args: Any) -> Document:
        try:
            return await asyncio.to_thread(operation, self._place, args)
        except CannotAct as error:
            raise HTTPException(503 if self._place.command is None else 409, str(error)) from error


def _shows(scope: Scope, of_alert: dict[str, Any]) -> bool:
    """Whether an alert may be shown: all to a key without limits, else those about its stores alone."""
    return scope.stores is None or of_alert.get("store") in scope.stores

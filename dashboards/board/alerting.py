"""Reads the view of alerts, and takes what operators say to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from daybook.dashboards.board.access import Scope, Viewer
from daybook.dashboards.board.door import Door
from daybook.dashboards.board.published import PublishedReader
from daybook.ledger.calendar import Calendar
from daybook.schemas.alerts import DedupKey
from daybook.schemas.fields import FreeText
from daybook.sinks.store import Store

RECENT: Final = timedelta(hours=24)
_LONGEST_MINUTES: Final = 7 * 24 * 60


class AlertActions(Protocol):
    """Tells the watcher what people say; PermissionError, with a sentence, where it cannot be told."""

    def acknowledge(self, dedup_key: str, by: str, note: str | None) -> Awaitable[None]:
        """Somebody takes an alert on."""
        ...

    def silence(self, dedup_key: str, by: str, reason: str, minutes: int) -> Awaitable[None]:
        """An alert is told to nobody for so many minutes."""
        ...


@dataclass(frozen=True, slots=True)
class AlertsDocument:
    """The view of alerts: the published alert documents, firing ones first."""

    as_of_ms: int
    newest_recorded_ms: int | None
    exponents: dict[str, int]
    names: dict[str, str]
    alerts: list[dict[str, Any]]


class AlertsReader:
    """Reads the alerts that a scope shows: all, or those that are about its stores alone."""

    def __init__(self, store: Store, calendar: Calendar, clock: Callable[[], datetime], scope: Scope) -> None:
        self._reader = PublishedReader(store, calendar, clock, scope, query="board_alerts", recent=RECENT)
        self.mark = self._reader.mark

    async def read(self) -> AlertsDocument:
        """The whole view. Raises what the store raises."""
        found = await self._reader.published()
        return AlertsDocument(
            as_of_ms=found.as_of_ms,
            newest_recorded_ms=found.newest_recorded_ms,
            exponents=found.exponents,
            names=found.names,
            alerts=found.documents,
        )

    async def shows(self, dedup_key: str) -> bool:
        """Whether an alert is among those that the scope shows."""
        return await self._reader.has("dedup_key", dedup_key)


class _Acknowledge(BaseModel):
    model_config = ConfigDict(extra="forbid")

    dedup_key: DedupKey
    note: FreeText | None = None


class _Silence(BaseModel):
    model_config = ConfigDict(extra="forbid")

    dedup_key: DedupKey
    reason: FreeText
    minutes: int = Field(ge=1, le=_LONGEST_MINUTES)


def add_alert_actions(
    router: APIRouter, door: Door, reader: Callable[[Scope], AlertsReader], actions: AlertActions | None
) -> None:
    """The routes by which operators act; who they are is their key's label."""

    async def allowed(request: Request, dedup_key: str) -> Viewer:
        viewer = door.operator(request)
        if not await reader(viewer.scope).shows(dedup_key):
            raise HTTPException(404, "There is no such alert.")
        if actions is None:
            raise HTTPException(503, "Alerts cannot be acted on here: no Kafka is known.")
        return viewer

    async def told(telling: Awaitable[None]) -> Response:
        try:
            await telling
        except PermissionError as error:
            raise HTTPException(503, str(error)) from error
        return Response(status_code=204)

    @router.post("/board/alerts/acknowledge", response_class=Response)
    async def acknowledge(request: Request, body: _Acknowledge) -> Response:
        """Take an alert on: it is repeated no more, and goes on until it is over."""
        viewer = await allowed(request, body.dedup_key)
        assert actions is not None
        return await told(actions.acknowledge(body.dedup_key, viewer.name, body.note))

    @router.post("/board/alerts/silence", response_class=Response)
    async def silence(request: Request, body: _Silence) -> Response:
        """Tell nobody of an alert for a while."""
        viewer = await allowed(request, body.dedup_key)
        assert actions is not None
        return await told(actions.silence(body.dedup_key, viewer.name, body.reason, body.minutes))

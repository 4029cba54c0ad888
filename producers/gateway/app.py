"""The gateway's web application."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response

from daybook.producers.gateway.answers import EventsAnswer
from daybook.producers.gateway.bodies import events_in
from daybook.producers.gateway.callers import Callers
from daybook.producers.gateway.gate import Backlog, Gate, utc_now
from daybook.producers.gateway.keys import KeySource
from daybook.producers.gateway.kinds import SALES, SIGNALS, Kind
from daybook.producers.gateway.limits import Limits
from daybook.producers.gateway.openapi import RESPONSES, add_event_schemas, request_body
from daybook.producers.gateway.refusals import ErrorAnswer, add_refusals, internal_error
from daybook.producers.gateway.requests import RequestHeaders
from daybook.producers.gateway.verdict import Arrival, Verdict, new_verdict
from daybook.producers.records import Publisher, trace_headers

_TURN_SECONDS: Final = 0.01
"""For which one request's events may be judged before other requests have their turn."""


def create_gateway(
    publish: Publisher,
    keys: KeySource,
    *,
    signals: Publisher | None = None,
    backlog: Backlog | None = None,
    clock: Callable[[], datetime] = utc_now,
    limits: Limits | None = None,
) -> FastAPI:
    """The gateway with API keys alone, as an ASGI application of its own."""
    gate = Gate(publish, limits=limits, backlog=backlog, clock=clock)
    return gateway_app(gate, Callers(keys), signals=gate.beside(signals) if signals is not None else None)


def gateway_app(
    gate: Gate, callers: Callers, *, signals: Gate | None = None, lifespan: Any = None
) -> FastAPI:
    """The gateway as an ASGI application; other routers that use the gate may be added to it.

    Args:
        gate: of sale events.
        callers: who may publish.
        signals: the gate of signals; without one there is no route for them.
        lifespan: FastAPI's: whoever composes starts and stops the publishers in it.
    """
    # No docs_url: its pages would load scripts from elsewhere. /openapi.json says it all.
    app = FastAPI(title="Daybook gateway", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(gateway_router(gate, callers))
    if signals is not None:
        app.include_router(publishing_router(signals, callers, SIGNALS))
    app.add_middleware(RequestHeaders, broken=internal_error)
    add_refusals(app)
    add_event_schemas(app, [SALES] if signals is None else [SALES, SIGNALS])
    return app


def gateway_router(gate: Gate, callers: Callers) -> APIRouter:
    """The gateway's own routes."""
    router = publishing_router(gate, callers, SALES)

    @router.get("/healthz", summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        """Always ok: nothing else is asked."""
        return {"status": "ok"}

    @router.get(
        "/readyz", summary="Whether events could be published now", responses={503: {"model": ErrorAnswer}}
    )
    async def readyz() -> dict[str, str]:
        """200 if Kafka answers and the worker keeps up."""
        await gate.check_ready()
        return {"status": "ready"}

    return router


def publishing_router(gate: Gate, callers: Callers, kind: Kind) -> APIRouter:
    """The route that takes events of a kind."""
    router = APIRouter()

    @router.post(
        kind.path,
        status_code=202,
        response_model=EventsAnswer,
        responses=RESPONSES,
        openapi_extra=request_body(gate.limits, kind),
        summary=kind.summary,
        operation_id=f"publish{kind.path.replace('/', '_')}",
    )
    async def post_events(request: Request) -> Response:
        """202 once Kafka has acknowledged every good event; the answer says which were refused, and why."""
        received_at = gate.clock()
        caller = callers.by_headers(request, received_at)
        gate.hold_back()
        async with gate.body(request) as body:
            key = await callers.by_body(caller, body.raw, request)
            gate.charge(key.key_id, 1)
            callers.note_use(key, received_at)
            with gate.slot(key.key_id):
                found = events_in(body.content, request.headers.get("content-type", ""), gate.limits.events)
                gate.charge(key.key_id, len(found) - 1)
                trace = trace_headers(request.headers.get("traceparent"))
                verdict = new_verdict(key, received_at, depth=gate.limits.depth, kind=kind, trace=trace)
                await _judge(found, verdict)
                await gate.publish(verdict.records, key.key_id)
        return Response(
            verdict.answer.model_dump_json(), status_code=verdict.status, media_type="application/json"
        )

    return router


async def _judge(found: Sequence[Arrival], verdict: Verdict) -> None:
    turn = time.perf_counter()
    for arrival in found:
        verdict.judge(arrival)
        if time.perf_counter() - turn > _TURN_SECONDS:
            await asyncio.sleep(0)
            turn = time.perf_counter()

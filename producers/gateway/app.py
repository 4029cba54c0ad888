"""The gateway's web application."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from daybook.producers.gateway.answers import ErrorAnswer, EventsAnswer, judge
from daybook.producers.gateway.bodies import MAX_BODY_BYTES, BodyRefused, events_in
from daybook.producers.gateway.keys import Key, KeySource
from daybook.producers.gateway.openapi import RESPONSES, add_event_schemas, request_body
from daybook.producers.records import KafkaUnavailable, Publisher

Backlog = Callable[[], int | None]
"""Seconds after which to come again if the worker is too far behind; None if it is not."""

KAFKA_RETRY_SECONDS: Final = 5
_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def create_gateway(
    publish: Publisher,
    keys: KeySource,
    *,
    backlog: Backlog | None = None,
    clock: Callable[[], datetime] = utc_now,
    lifespan: Any = None,
) -> FastAPI:
    """The gateway as an ASGI application of its own.

    ``lifespan`` is FastAPI's: whoever composes starts and stops the publisher in it.
    """
    # No docs_url: its pages would load scripts from elsewhere. /openapi.json says it all.
    app = FastAPI(title="Daybook gateway", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(gateway_router(publish, keys, backlog=backlog, clock=clock))
    app.add_exception_handler(Exception, _internal_error)
    add_event_schemas(app)
    return app


def gateway_router(
    publish: Publisher,
    keys: KeySource,
    *,
    backlog: Backlog | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> APIRouter:
    """The gateway's routes, for an application that has others too."""
    router = APIRouter()

    @router.post(
        "/v1/events",
        status_code=202,
        response_model=EventsAnswer,
        responses=RESPONSES,
        openapi_extra=request_body(),
        summary="Publish sale events",
    )
    async def post_events(request: Request) -> Response:
        """202 once Kafka has acknowledged every good event; the answer says which were refused, and why."""
        key = _identify(request, keys)
        if key is None:
            return _error(401, "unknown_key", "Send a valid API key as a bearer token.", bearer=True)
        wait = backlog() if backlog is not None else None
        if wait is not None:
            return _error(503, "worker_behind", "Too many events wait to be counted.", retry_after=wait)
        received_at = clock()
        try:
            events = events_in(await _body(request), request.headers.get("content-type", ""))
        except BodyRefused as refused:
            return _error(refused.status, refused.code, refused.detail)
        verdict = judge(events, key, received_at)
        try:
            await publish.send(verdict.records)
        except KafkaUnavailable:
            _log.exception("%d events of key %s were not acknowledged", len(verdict.records), key.key_id)
            return _error(
                503, "kafka_unavailable", "The events were not stored for certain. Send them again.",
                retry_after=KAFKA_RETRY_SECONDS,
            )  # fmt: skip
        return JSONResponse(verdict.answer.model_dump(mode="json"), status_code=verdict.status)

    @router.get("/healthz", summary="Whether the process answers")
    async def healthz() -> dict[str, str]:
        """Always ok: nothing else is asked."""
        return {"status": "ok"}

    @router.get(
        "/readyz", summary="Whether events could be published now", responses={503: {"model": ErrorAnswer}}
    )
    async def readyz() -> Response:
        """200 if Kafka answers and the worker keeps up."""
        if backlog is not None and (wait := backlog()) is not None:
            return _error(503, "worker_behind", "Too many events wait to be counted.", retry_after=wait)
        if not await publish.ready():
            return _error(503, "kafka_unavailable", "Kafka does not answer.", retry_after=KAFKA_RETRY_SECONDS)
        return JSONResponse({"status": "ready"})

    return router


def _identify(request: Request, keys: KeySource) -> Key | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return keys.identify(token.strip()) if scheme.lower() == "bearer" else None


async def _body(request: Request) -> bytes:
    """The body, read no further than its limit.

    Raises:
        BodyRefused: 413 beyond the limit, 415 where it is compressed.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BodyRefused(415, "encoded_body", "Send the body without a content encoding.")
    length = request.headers.get("content-length", "")
    too_large = BodyRefused(413, "too_large", f"At most {MAX_BODY_BYTES} bytes in one request.")
    if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > MAX_BODY_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise too_large
    return bytes(body)


def _error(
    status: int, code: str, detail: str, *, retry_after: int | None = None, bearer: bool = False
) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if bearer else {}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return JSONResponse(
        ErrorAnswer(code=code, detail=detail).model_dump(), status_code=status, headers=headers
    )


async def _internal_error(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _error(500, "internal_error", "Something went wrong here. The log says what.")

"""How the gateway says no: one exception, one form of answer, codes that stay as they are."""

from __future__ import annotations

import http
import math
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from daybook.producers.gateway.requests import request_id, request_log

_log = request_log(__name__)

_CODES: Final = {404: "not_found", 405: "method_not_allowed"}


class ErrorAnswer(BaseModel):
    """Why a request was not dealt with."""

    code: str = Field(description="Stable: what went wrong.")
    detail: str = Field(description="A sentence for a person.")
    field: str = Field("", description="The header, parameter or part of the body; empty for the whole.")
    request_id: str = Field("", description="By which the gateway's log has more.")


class Refusal(Exception):
    """A request that is not dealt with. Raised anywhere below a route, it becomes the answer.

    ``retry_after`` is in seconds, and is told rounded up to whole ones.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str = "",
        retry_after: float | None = None,
        challenge: bool = False,
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.retry_after = retry_after
        self.challenge = challenge
        super().__init__(f"{status} {code}: {detail}")


def answer_to(refusal: Refusal) -> JSONResponse:
    """The answer that tells a refusal."""
    headers = {"WWW-Authenticate": "Bearer"} if refusal.challenge else {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(refusal.retry_after)))
    body = ErrorAnswer(code=refusal.code, detail=refusal.detail, field=refusal.field, request_id=request_id())
    return JSONResponse(body.model_dump(), status_code=refusal.status, headers=headers)


def add_refusals(app: FastAPI) -> None:
    """Have refusals answered in the one form, and also what the framework itself refuses."""

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        _log.info("Refused: %s", error)
        return answer_to(error)

    async def plain(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _CODES.get(error.status_code, "refused")
        detail = error.detail or http.HTTPStatus(error.status_code).phrase
        answer = answer_to(Refusal(error.status_code, code, detail))
        answer.headers.update(error.headers or {})
        return answer

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, plain)


def internal_error(request: Request, error: Exception) -> JSONResponse:
    """The answer to an error of our own: nothing of it goes outward, all of it into the log."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer_to(Refusal(500, "internal_error", "Something went wrong here. The log says what."))

"""What every request and every answer carries: an id for the log, and headers that keep browsers out."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID_HEADER: Final = "X-Request-Id"
_id: Final[ContextVar[str]] = ContextVar("daybook_request_id", default="")

_ALWAYS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_DATA: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def request_id() -> str:
    """The id of the request being dealt with; empty outside of one."""
    return _id.get()


class _WithRequestId(logging.LoggerAdapter[logging.Logger]):
    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        found = _id.get()
        return (f"[{found}] {msg}" if found else msg), kwargs


def request_log(name: str) -> _WithRequestId:
    """A logger whose lines begin with the id of the request they are about."""
    return _WithRequestId(logging.getLogger(name), {})


class RequestHeaders:
    """Middleware: gives each request its id, and each answer that id and the security headers it lacks.

    It also is the last to catch an error: further out, the id would be forgotten already.
    """

    def __init__(self, app: ASGIApp, *, broken: Callable[[Request, Exception], Response]) -> None:
        self._app = app
        self._broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with more headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Made here, not taken from the client: nobody writes into our log.
        made = secrets.token_hex(8)
        token = _id.set(made)

        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _complete(MutableHeaders(scope=message), made)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:  # whatever it is, the client gets an answer, and the log the rest
            answer = self._broken(Request(scope), error)
            if started:
                raise  # half an answer is out: only the connection can still be closed
            await answer(scope, receive, with_headers)
        finally:
            _id.reset(token)


def _complete(headers: MutableHeaders, made: str) -> None:
    headers[REQUEST_ID_HEADER] = made
    data = headers.get("content-type", "").startswith("application/json")
    for name, value in (_ALWAYS | _DATA if data else _ALWAYS).items():
        headers.setdefault(name, value)

"""Reading a request's body within its limits of bytes and of time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect

from daybook.producers.gateway.in_flight import Buffered
from daybook.producers.gateway.limits import Limits
from daybook.producers.gateway.refusals import Refusal
from daybook.producers.gateway.unpacking import Body, BodyParts

_MOST_DIGITS: Final = 19


@asynccontextmanager
async def received(request: Request, limits: Limits, buffered: Buffered) -> AsyncIterator[Body]:
    """The request's body, which counts as buffered for as long as the block runs.

    Raises:
        Refusal: 400, 408, 413, 415 or 503; says what is wrong with the body, or that it took too long.
    """
    parts = BodyParts(", ".join(request.headers.getlist("content-encoding")), limits.body_bytes)
    _check_declared(request.headers.get("content-length", ""), limits.body_bytes)
    held = 0

    def hold(more: int) -> None:
        nonlocal held
        held += more
        buffered.add(more)

    try:
        await _read(request, parts, hold, limits.body_seconds)
        yield parts.body()
    finally:
        buffered.free(held)


async def _read(request: Request, parts: BodyParts, hold: Callable[[int], None], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                hold(parts.add(piece))
    except TimeoutError:
        raise Refusal(408, "slow_body", f"The body has to arrive within {seconds:g} seconds.") from None
    except ClientDisconnect:
        # Nobody reads this answer; it only ends the request in an orderly way.
        raise Refusal(400, "disconnected", "The body was cut off.") from None


def _check_declared(length: str, limit: int) -> None:
    if length.isascii() and length.isdigit() and len(length) <= _MOST_DIGITS and int(length) > limit:
        raise Refusal(413, "too_large", f"At most {limit} bytes in one request.", field="content-length")

"""Reading what a viewer sends, up to a bound."""

from __future__ import annotations

from fastapi import HTTPException, Request


async def body_of(request: Request, longest: int, too_long: str) -> bytes:
    """The body.

    Args:
        request: whose body is read.
        longest: bytes it may have.
        too_long: the sentence that answers a longer one.

    Raises:
        HTTPException: 413, as soon as it is longer.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise HTTPException(413, too_long)
    return body

"""A running demo's side: operations over loopback HTTP, for whoever can read its token."""

from __future__ import annotations

import asyncio
import hmac
import logging
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Body, Header, HTTPException
from pydantic import ValidationError

from daybook.operations.access import PATH
from daybook.operations.base import CannotAct, Document, Place
from daybook.operations.registry import OPERATIONS, operation, run

_LOG: Final = logging.getLogger(__name__)


def create_operations(place: Place, token: str) -> APIRouter:
    """The router. Without the token nothing is told, not even which operations there are."""
    router = APIRouter(prefix=PATH.rstrip("/"), include_in_schema=False)

    @router.post("/{name}")
    async def operate(
        name: str,
        body: Annotated[dict[str, Any], Body()],
        authorization: Annotated[str, Header()] = "",
    ) -> Document:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "The token is missing or wrong.")
        if name not in OPERATIONS:
            raise HTTPException(404, "There is no such operation.")
        try:
            args = (await asyncio.to_thread(operation, name)).args
            return await asyncio.to_thread(run, place, name, args.model_validate_json(orjson.dumps(body)))
        except ValidationError as error:
            raise HTTPException(422, "The arguments are not valid.") from error
        except CannotAct as error:
            _LOG.warning("%s could not be done", name, exc_info=True)
            raise HTTPException(409, str(error)) from error

    return router

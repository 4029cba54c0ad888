"""The route of every foreign system: POST /v1/hooks/{name}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from daybook.producers.adapters.contract import Delivery
from daybook.producers.gateway.gate import Gate
from daybook.producers.gateway.refusals import ErrorAnswer, Refusal
from daybook.producers.gateway.requests import request_log
from daybook.producers.hooks.fetching import Fetcher, NotFetchedError
from daybook.producers.hooks.shops import Connection
from daybook.producers.hooks.translation import Translated, translated
from daybook.producers.records import OutgoingRecord, received_header

FETCH_RETRY_SECONDS: Final = 30
_log = request_log(__name__)


_REFUSED: Final = {
    400: "The body was cut off, or is not packed as it says.",
    401: "It is not signed as it should be.",
    404: "There is no such shop.",
    408: "The body took too long.",
    413: "It is too large.",
    415: "Its packing is not known here.",
    429: "Too many at once.",
    503: "Kafka, the worker or the shop's own interface gives no answer: send it again later.",
}


class HookAnswer(BaseModel):
    """What became of a delivery."""

    events: int = Field(0, description="Sale events that Kafka has acknowledged.")
    signals: int = Field(0, description="Signals that Kafka has acknowledged.")
    untranslated: int = Field(0, description="Parts of unknown meaning: they wait as dead letters.")
    ignored: list[str] = Field(default_factory=list, description="Why parts were not to be counted.")


def hooks_router(
    gate: Gate, shops: Mapping[str, Connection], fetcher: Fetcher, *, signals: Gate | None = None
) -> APIRouter:
    """The routes of the connections, by their names. Without a gate for signals these are left out."""
    router = APIRouter()

    @router.post(
        "/v1/hooks/{name}",
        status_code=202,
        response_model=HookAnswer,
        responses={
            200: {"model": HookAnswer, "description": "Nothing of it is to be counted."},
            **{status: {"model": ErrorAnswer, "description": why} for status, why in _REFUSED.items()},
        },
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}},
        summary="Take a webhook of another system",
    )
    async def take(name: str, request: Request, response: Response) -> HookAnswer:
        """202 once Kafka has acknowledged what the delivery means; 200 if nothing of it is to be counted."""
        connection = shops.get(name)
        if connection is None:
            raise Refusal(404, "unknown_shop", "There is no shop of this name.", field="name")
        gate.hold_back()
        async with gate.body(request) as body:
            delivery = _delivery(request, body.raw, connection)
            if connection.adapter.ping(delivery):
                response.status_code = 200
                return HookAnswer(ignored=["ping"])
            _check_genuine(connection, delivery, gate)
            key = f"shop {name}"
            with gate.slot(key):
                gate.charge(key, 1)
                found = await _translated(connection, delivery, fetcher, gate)
                received = (received_header(gate.clock()),)
                told = found.signals if signals is not None else []
                await gate.publish(_records(found.records, received), key)
                if signals is not None and told:
                    await signals.publish(_records(told, received), key)
        if not found.records and not told:
            response.status_code = 200
        return HookAnswer(
            events=found.events,
            signals=len(told),
            untranslated=found.untranslated,
            ignored=found.ignored,
        )

    return router


def _records(
    found: Sequence[tuple[str, bytes]], headers: tuple[tuple[str, bytes], ...]
) -> list[OutgoingRecord]:
    return [OutgoingRecord(key.encode(), value, headers) for key, value in found]


def _delivery(request: Request, body: bytes, connection: Connection) -> Delivery:
    # Header values are Latin-1 by HTTP's own rules; a name that comes twice counts by its first value.
    headers: dict[str, str] = {}
    for header, value in request.headers.items():
        headers.setdefault(header.lower(), value)
    return Delivery(body, headers, connection.shop.public_url or str(request.url))


def _check_genuine(connection: Connection, delivery: Delivery, gate: Gate) -> None:
    refused = connection.adapter.verify(delivery, connection.shop, connection.secrets, gate.clock())
    if refused is not None:
        _log.warning("A delivery for shop %s is not genuine: %s", connection.shop.name, refused)
        raise Refusal(401, "not_genuine", "The delivery is not signed as this shop's deliveries are.")


async def _translated(connection: Connection, delivery: Delivery, fetcher: Fetcher, gate: Gate) -> Translated:
    try:
        return await translated(connection, delivery, fetcher, gate.clock())
    except NotFetchedError:
        _log.warning("Shop %s: what is needed was not fetched", connection.shop.name, exc_info=True)
        raise Refusal(
            503, "shop_unavailable", "The shop's own interface gave no answer that helps. Try again later.",
            retry_after=FETCH_RETRY_SECONDS,
        ) from None  # fmt: skip

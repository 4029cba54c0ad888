"""The gateway's OpenAPI: the event schemas, and examples for every form of body and answer."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from daybook.producers.gateway.answers import ErrorAnswer, EventsAnswer
from daybook.schemas.events import EVENTS

_REFERENCE: Final = "#/components/schemas/{model}"
_EVENT: Final = "SaleEvent"

SALE: Final[dict[str, Any]] = {
    "schema_version": "1.0",
    "type": "sale.completed",
    "source": "till-7.high-street",
    "event_id": "1001",
    "time": "2026-03-14T10:15:30+00:00",
    "order_id": "HS-2026-1001",
    "store_id": "high-street",
    "channel": "pos",
    "currency": "GBP",
    "staff": [{"staff_id": "amira"}],
    "lines": [
        {
            "product_id": "MUG-BLUE",
            "name": "Blue mug",
            "category": "Kitchen",
            "quantity": 2,
            "unit_price": 1199,
            "amount": 2398,
            "tax": 400,
            "tax_included": True,
        }
    ],
    "charged": 2398,
}

_REFUSED: Final = {
    "accepted": 0,
    "refused": 1,
    "events": [
        {
            "position": 0,
            "status": "refused",
            "problems": [
                {"code": "order_sum", "field": "", "detail": "charged is 2400, the lines add up to 2398"}
            ],
        }
    ],
}
_ACCEPTED: Final = {
    "accepted": 1,
    "refused": 0,
    "events": [{"position": 0, "status": "accepted", "problems": []}],
}


def _error(description: str, code: str, detail: str) -> dict[str, Any]:
    content = {"application/json": {"example": {"code": code, "detail": detail}}}
    return {"model": ErrorAnswer, "description": description, "content": content}


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "description": "Kafka has acknowledged every accepted event.",
        "content": {"application/json": {"example": _ACCEPTED}},
    },
    400: _error(
        "The body cannot be taken apart.", "malformed_json", "The body is not a JSON document in UTF-8."
    ),
    401: _error("No valid API key.", "unknown_key", "Send a valid API key as a bearer token."),
    403: {"model": EventsAnswer, "description": "The key's scope covers none of the events."},
    413: _error("Too large.", "too_many_events", "At most 500 events in one request."),
    415: _error("The body is compressed.", "encoded_body", "Send the body without a content encoding."),
    422: {
        "model": EventsAnswer,
        "description": "Every event was refused.",
        "content": {"application/json": {"example": _REFUSED}},
    },
    503: {
        **_error("Not now: see Retry-After.", "worker_behind", "Too many events wait to be counted."),
        "headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
    },
}


def request_body() -> dict[str, Any]:
    """The request body and the key that the route wants, in OpenAPI's terms."""
    event = {"$ref": _REFERENCE.format(model=_EVENT)}
    batch = {"type": "array", "items": event, "minItems": 1, "maxItems": 500}
    wrapped = {"type": "object", "required": ["events"], "properties": {"events": batch}}
    return {
        "security": [{"ApiKey": []}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"oneOf": [event, batch, wrapped]},
                    "examples": {
                        "one": {"summary": "One event", "value": SALE},
                        "batch": {"summary": "Up to 500", "value": {"events": [SALE]}},
                    },
                },
                "application/x-ndjson": {
                    "schema": {"type": "string", "description": "One event on each line."}
                },
            },
        },
    }


def add_event_schemas(app: FastAPI) -> None:
    """Add the event types and the API key to the application's OpenAPI document."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        document = original()
        schema = EVENTS.json_schema(ref_template=_REFERENCE)
        components = document.setdefault("components", {})
        components.setdefault("schemas", {}).update({**schema.pop("$defs"), _EVENT: schema})
        components["securitySchemes"] = {"ApiKey": {"type": "http", "scheme": "bearer"}}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document

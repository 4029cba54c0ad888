"""The gateway's OpenAPI: the event schemas, the two ways to say who one is, and examples of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI

from daybook.producers.gateway import examples
from daybook.producers.gateway.answers import EventsAnswer
from daybook.producers.gateway.bodies import CLOUD_EVENT, CLOUD_EVENTS, LINES
from daybook.producers.gateway.callers import KEY_PARAMETER
from daybook.producers.gateway.kinds import Kind
from daybook.producers.gateway.limits import Limits
from daybook.producers.gateway.refusals import ErrorAnswer
from daybook.producers.gateway.signatures import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER

_REFERENCE: Final = "#/components/schemas/{model}"
_RETRY_AFTER: Final = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}


def _errors(description: str, *, retry: bool = False, **codes: str) -> dict[str, Any]:
    shown = {
        code: {"value": {"code": code, "detail": detail, "field": "", "request_id": "9f2c51d07be84a36"}}
        for code, detail in codes.items()
    }
    answer = {
        "model": ErrorAnswer,
        "description": description,
        "content": {"application/json": {"examples": shown}},
    }
    return answer | {"headers": _RETRY_AFTER} if retry else answer


def _events(description: str, **shown: Any) -> dict[str, Any]:
    content = {"application/json": {"examples": {name: {"value": value} for name, value in shown.items()}}}
    return {"model": EventsAnswer, "description": description, "content": content}


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    202: _events(
        "Kafka has acknowledged every accepted and waiting event.",
        accepted=examples.ACCEPTED, mixed=examples.MIXED,
    ),
    400: _errors(
        "The body cannot be taken apart.",
        malformed_json="The body is not a JSON document in UTF-8.",
        not_events='Send one event, an array of events, or {"events": [...]}.',
        no_events="The body holds no event.",
        too_deep="The body is nested too deeply.",
        bad_gzip="The body is not one whole gzip stream.",
    ),
    401: _errors(
        "Nobody known.",
        unknown_key="Send a valid API key as a bearer token.",
        bad_signature="No signing key in force made this signature.",
        old_signature="The timestamp is more than five minutes off.",
        key_not_named="Name the signing key in the address: ?key=<key id>.",
    ),
    403: _events("The key's scope covers none of the events.", key_scope=examples.OUT_OF_SCOPE),
    408: _errors("Too slow.", slow_body="The body has to arrive within 30 seconds."),
    413: _errors(
        "Too large.",
        too_large="At most 8388608 bytes in one request, unpacked as well.",
        too_many_events="At most 500 events in one request.",
        too_large_for_kafka="An event is larger than Kafka is set to take.",
    ),
    415: _errors(
        "A form or an encoding that is not taken.",
        unknown_form="Send JSON, NDJSON or CloudEvents in JSON.",
        encoded_body="Send the body as it is, or with gzip.",
    ),
    422: _events("Every event was refused.", refused=examples.REFUSED),
    429: _errors(
        "This key has to wait: see Retry-After.",
        retry=True,
        rate="At most 5000 events a second with one key, on the long run.",
        key_busy="At most 64 requests of one key at a time.",
    ),
    500: _errors("An error of ours.", internal_error="Something went wrong here. The log says what."),
    503: _errors(
        "Nobody can publish now: see Retry-After.",
        retry=True,
        kafka_unavailable="The events were not stored for certain. Send them again.",
        stopped="An emergency stop holds; send the events later.",
        worker_behind="Too many events wait to be counted.",
        busy="Too many requests are under way.",
    ),
}  # fmt: skip


def request_body(limits: Limits, kind: Kind) -> dict[str, Any]:
    """The request body, the parameters and the keys that the route wants, in OpenAPI's terms."""
    event = {"$ref": _REFERENCE.format(model=kind.model)}
    batch = {"type": "array", "items": event, "minItems": 1, "maxItems": limits.events}
    wrapped = {
        "type": "object",
        "required": ["events"],
        "properties": {"events": batch},
        "additionalProperties": False,
    }
    cloud = {"$ref": _REFERENCE.format(model="CloudEvent")}
    clouds = {**batch, "items": cloud}
    cloud_event = examples.cloud_event(kind.example)
    return {
        "security": [{"ApiKey": []}, {"Signature": []}],
        "parameters": _PARAMETERS,
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [event, batch, wrapped]},
                    "examples": {
                        "one": {"summary": "One event", "value": kind.example},
                        "array": {"summary": "An array of events", "value": [kind.example]},
                        "batch": {"summary": "The same, wrapped", "value": {"events": [kind.example]}},
                    },
                },
                LINES: {
                    "schema": {"type": "string", "description": "One event on each line."},
                    "examples": {"lines": {"value": examples.lines(kind.example)}},
                },
                CLOUD_EVENT: {"schema": cloud, "examples": {"one": {"value": cloud_event}}},
                CLOUD_EVENTS: {"schema": clouds, "examples": {"batch": {"value": [cloud_event]}}},
            },
        },
    }


def _parameter(place: str, name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": place, "description": description, "schema": {"type": "string"}}


_PARAMETERS: Final = [
    _parameter("query", KEY_PARAMETER, "The id of the signing key; needed where there are many."),
    _parameter("header", ID_HEADER, "Of a signed request: its id, the same when it is sent again."),
    _parameter("header", TIME_HEADER, "Of a signed request: seconds of Unix time, at most five minutes off."),
    _parameter("header", "Content-Encoding", "gzip, if the body is packed."),
]  # fmt: skip

_CLOUD_EVENT: Final = {
    "type": "object",
    "description": "A structured CloudEvent 1.0. Its id is the event's event_id; data holds all that is no "
    "attribute here. Other attributes are allowed and left out.",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string"},
        "source": {"type": "string"},
        "type": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"type": "string"},
        "data": {"type": "object"},
    },
}

_SECURITY: Final = {
    "ApiKey": {"type": "http", "scheme": "bearer", "description": "`daybook keys create`."},
    "Signature": {
        "type": "apiKey",
        "in": "header",
        "name": SIGNATURE_HEADER,
        "description": "Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `<id>.<timestamp>.<body>`; "
        "several while keys are exchanged, parted by spaces. `daybook keys create --signing`.",
    },
}


def add_event_schemas(app: FastAPI, kinds: Sequence[Kind]) -> None:
    """Add the event types of some kinds and the keys to the application's OpenAPI document."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        document = original()
        components = document.setdefault("components", {})
        found = components.setdefault("schemas", {})
        found["CloudEvent"] = _CLOUD_EVENT
        for kind in kinds:
            schema = kind.schema(ref_template=_REFERENCE)
            found.update({**schema.pop("$defs"), kind.model: schema})
        components["securitySchemes"] = _SECURITY
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document

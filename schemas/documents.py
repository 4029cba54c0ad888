"""The published documents: JSON Schema of every event type, and AsyncAPI 3.0 for the event topic."""

from __future__ import annotations

from typing import Any, Final

import orjson
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from daybook.schemas.alert_commands import ALERT_COMMANDS
from daybook.schemas.alerts import Alert
from daybook.schemas.events import (
    EVENTS,
    SCHEMA_VERSION,
    OrderSnapshot,
    SaleCompleted,
    SaleRefunded,
    SaleVoided,
)
from daybook.schemas.measures import MeasuresFile
from daybook.schemas.notifications import Notification
from daybook.schemas.rules import RulesFile
from daybook.schemas.stores import StoresFile
from daybook.schemas.topics import EVENTS as EVENTS_TOPIC
from daybook.schemas.topics import RECEIVED_AT_HEADER
from daybook.schemas.untranslated import UNTRANSLATED, PayloadUntranslated

JSON_SCHEMA_FORMAT: Final = "application/schema+json;version=2020-12"

_MODELS: Final[dict[str, type[BaseModel]]] = {
    "sale.completed": SaleCompleted,
    "sale.refunded": SaleRefunded,
    "sale.voided": SaleVoided,
    "order.snapshot": OrderSnapshot,
}
_RECORDS: Final[dict[str, type[BaseModel]]] = {**_MODELS, UNTRANSLATED: PayloadUntranslated}
"""All that stands on the event topic: sales, and what an adapter could not make a sale of."""

_OTHERS: Final[dict[str, type[BaseModel]]] = {
    "alert": Alert,
    "notification": Notification,
    "rules-file": RulesFile,
    "measures-file": MeasuresFile,
    "stores-file": StoresFile,
}
"""What the watcher tells, and the files that people write."""


def documents() -> dict[str, bytes]:
    """Every generated document: its path below ``schemas/``, and its text."""
    schemas = {f"json/{kind}.json": _model_schema(kind, model) for kind, model in _RECORDS.items()}
    schemas["json/event.json"] = {
        **_head("event", "Any event of the topic sales.events"),
        **EVENTS.json_schema(),
    }
    schemas["json/alert-command.json"] = {
        **_head("alert-command", "What people say to alerts"),
        **ALERT_COMMANDS.json_schema(),
    }
    for name, model in _OTHERS.items():
        schemas[f"json/{name}.json"] = _model_schema(name, model)
    schemas["asyncapi.json"] = asyncapi()
    return {path: _text(document) for path, document in schemas.items()}


def asyncapi() -> dict[str, Any]:
    """What a publisher must send to the event topic, as AsyncAPI 3.0."""
    names = {kind: kind.replace(".", "_") for kind in _RECORDS}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Daybook sale events",
            "version": SCHEMA_VERSION,
            "description": "Sales as checkouts publish them. Amounts are integers in minor units.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "salesEvents": {
                "address": EVENTS_TOPIC,
                "description": "One event a record. Neither compacted nor written transactionally.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names.values()},
            }
        },
        "operations": {
            "publishSale": {
                "action": "send",
                "channel": {"$ref": "#/channels/salesEvents"},
                "summary": "Publish a sale, its refund or void, or the newest state of an order.",
                "messages": [{"$ref": f"#/channels/salesEvents/messages/{names[kind]}"} for kind in _MODELS],
            },
            "reportUntranslated": {
                "action": "send",
                "channel": {"$ref": "#/channels/salesEvents"},
                "summary": "Say that a shop's payload could not be translated: it becomes a dead letter.",
                "messages": [{"$ref": f"#/channels/salesEvents/messages/{names[UNTRANSLATED]}"}],
            },
        },
        "components": {"messages": {names[kind]: _message(kind, model) for kind, model in _RECORDS.items()}},
    }


def _message(kind: str, model: type[BaseModel]) -> dict[str, Any]:
    return {
        "name": kind,
        "title": kind,
        "summary": _first_line(model),
        "contentType": "application/json",
        "bindings": {"kafka": {"key": {"type": "string", "description": "The order_id, in UTF-8."}}},
        "headers": {
            "type": "object",
            "properties": {
                RECEIVED_AT_HEADER: {
                    "type": "string",
                    "format": "date-time",
                    "description": "When the gateway received it, in UTC; set by the gateway alone.",
                }
            },
        },
        "payload": {"schemaFormat": JSON_SCHEMA_FORMAT, "schema": {"$ref": f"./json/{kind}.json"}},
    }


def _model_schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    if "type" in model.model_fields:
        # Defaults serve Python callers. On the wire an event without its type cannot be read.
        schema["required"] = ["type", *schema["required"]]
    return {**_head(name, _first_line(model)), **schema}


def _head(name: str, title: str) -> dict[str, Any]:
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:daybook:schema:{name}:{SCHEMA_VERSION}",
        "title": title,
    }


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _text(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

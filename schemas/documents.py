"""The published documents: JSON Schema of every message and file, and AsyncAPI 3.0 for the topics."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import orjson
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from daybook.schemas import topics
from daybook.schemas.adjustments import AdjustmentSet, AdjustmentsFile
from daybook.schemas.alert_commands import ALERT_COMMANDS
from daybook.schemas.alerts import Alert
from daybook.schemas.awards import Award, PeriodDecided
from daybook.schemas.cases import CASE_COMMANDS, Case
from daybook.schemas.events import (
    EVENTS,
    SCHEMA_VERSION,
    OrderSnapshot,
    SaleCompleted,
    SaleRefunded,
    SaleVoided,
)
from daybook.schemas.leaderboards import LeaderboardsFile
from daybook.schemas.measures import MeasuresFile
from daybook.schemas.notifications import Notification
from daybook.schemas.projections import Projections
from daybook.schemas.reward_commands import REWARD_COMMANDS
from daybook.schemas.rewards import RewardsFile
from daybook.schemas.rules import RulesFile
from daybook.schemas.signals.any import SIGNAL_MODELS, SIGNALS
from daybook.schemas.staff import StaffFile
from daybook.schemas.stores import StoresFile
from daybook.schemas.targets import TargetSet, TargetsFile
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

_FILES: Final[dict[str, type[BaseModel]]] = {
    "targets-file": TargetsFile,
    "adjustments-file": AdjustmentsFile,
    "rules-file": RulesFile,
    "measures-file": MeasuresFile,
    "stores-file": StoresFile,
    "rewards-file": RewardsFile,
    "staff-file": StaffFile,
    "leaderboards-file": LeaderboardsFile,
}
"""The files that people write."""

_UNIONS: Final[dict[str, tuple[str, TypeAdapter[Any]]]] = {
    "event": (f"Any event of the topic {topics.EVENTS}", EVENTS),
    "signal": (f"Any signal of the topic {topics.SIGNALS}", SIGNALS),
    "alert-command": ("What people say to alerts", ALERT_COMMANDS),
    "reward-command": ("What people say about recognition and coaching", REWARD_COMMANDS),
    "case-command": ("What people do to a case", CASE_COMMANDS),
}


class Channel(NamedTuple):
    """A topic that others publish to or read from: its messages by name, and what its record keys are."""

    name: str
    address: str
    description: str
    messages: dict[str, type[BaseModel]]
    key: str


CHANNELS: Final = (
    Channel(
        "salesEvents",
        topics.EVENTS,
        "One event a record. Neither compacted nor written transactionally.",
        _RECORDS,
        "The order_id, in UTF-8.",
    ),
    Channel(
        "salesSignals",
        topics.SIGNALS,
        "One signal a record. Neither compacted nor written transactionally.",
        SIGNAL_MODELS,
        "The subject_id, in UTF-8.",
    ),
    Channel(
        "salesAlerts",
        topics.ALERTS,
        "The newest state of each alert; compacted.",
        {"alert": Alert},
        "The dedup_key, in UTF-8.",
    ),
    Channel(
        "salesNotifications",
        topics.NOTIFICATIONS,
        "The newest state of each notification; compacted.",
        {"notification": Notification},
        "What was told to whom, in UTF-8.",
    ),
    Channel(
        "salesTargets",
        topics.TARGETS,
        "Each change of a target under a key of its own; compacted, so that all of them stay.",
        {"target.set": TargetSet},
        "target, scope, key, currency, period, first and set_at, joined by |, in UTF-8.",
    ),
    Channel(
        "salesAdjustments",
        topics.ADJUSTMENTS,
        "Each change of an adjustment under a key of its own; compacted, so that all of them stay.",
        {"adjustment.set": AdjustmentSet},
        "adjustment, adjustment_id and set_at, joined by |, in UTF-8.",
    ),
    Channel(
        "salesProjections",
        topics.PROJECTIONS,
        "Where each day will close, as seen once a minute; kept for a week.",
        {"projections": Projections},
        "None.",
    ),
    Channel(
        "salesAwards",
        topics.AWARDS,
        "The newest state of each award, and by which events a period was confirmed; compacted.",
        {"award": Award, "award.period": PeriodDecided},
        "award and its id, or period, programme and first day, joined by |, in UTF-8.",
    ),
    Channel(
        "salesCases",
        topics.CASES,
        "The newest state of each case; compacted.",
        {"case": Case},
        "The case_id, in UTF-8.",
    ),
)
"""All channels of the AsyncAPI document."""


class Operation(NamedTuple):
    """What others do on a channel, with all of its messages unless some are named."""

    name: str
    action: str
    channel: Channel
    summary: str
    messages: tuple[str, ...] = ()


(
    _EVENTS,
    _SIGNALS,
    _ALERTS,
    _NOTIFICATIONS,
    _TARGETS,
    _ADJUSTMENTS,
    _PROJECTIONS,
    _AWARDS,
    _CASES,
) = CHANNELS
OPERATIONS: Final = (
    Operation(
        "publishSale",
        "send",
        _EVENTS,
        "Publish a sale, its refund or void, or the newest state of an order.",
        tuple(_MODELS),
    ),
    Operation(
        "reportUntranslated",
        "send",
        _EVENTS,
        "Say that a shop's payload could not be translated: it becomes a dead letter.",
        (UNTRANSLATED,),
    ),
    Operation("publishSignal", "send", _SIGNALS, "Publish what customers or systems say and do."),
    Operation("followAlerts", "receive", _ALERTS, "Follow alerts as they begin, change and end."),
    Operation("followNotifications", "receive", _NOTIFICATIONS, "Follow who was told what."),
    Operation("setTarget", "send", _TARGETS, "Set, change or withdraw a target."),
    Operation("setAdjustment", "send", _ADJUSTMENTS, "Say how days will differ from the usual, and why."),
    Operation("followProjections", "receive", _PROJECTIONS, "Follow where the day will close."),
    Operation("followAwards", "receive", _AWARDS, "Follow what is earned, confirmed and taken back."),
    Operation(
        "followCases", "receive", _CASES, "Follow what shortfalls were looked into, and what came of it."
    ),
)


def documents() -> dict[str, bytes]:
    """Every generated document: its path below ``schemas/``, and its text."""
    models = {name: model for channel in CHANNELS for name, model in channel.messages.items()} | _FILES
    schemas = {f"json/{name}.json": _model_schema(name, model) for name, model in models.items()}
    for name, (title, union) in _UNIONS.items():
        schemas[f"json/{name}.json"] = {**_head(name, title), **union.json_schema()}
    schemas["asyncapi.json"] = asyncapi()
    return {path: _text(document) for path, document in schemas.items()}


def asyncapi() -> dict[str, Any]:
    """What others may send to and read from the topics, as AsyncAPI 3.0."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Daybook events",
            "version": SCHEMA_VERSION,
            "description": "Sales, signals, and what is told of them. Amounts are integers in minor units.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": {operation.name: _operation(operation) for operation in OPERATIONS},
        "components": {
            "messages": {
                _reference(name): _message(name, model, channel)
                for channel in CHANNELS
                for name, model in channel.messages.items()
            }
        },
    }


def _reference(name: str) -> str:
    return name.replace(".", "_")


def _channel(channel: Channel) -> dict[str, Any]:
    names = [_reference(name) for name in channel.messages]
    return {
        "address": channel.address,
        "description": channel.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    place = f"#/channels/{operation.channel.name}"
    names = operation.messages or tuple(operation.channel.messages)
    return {
        "action": operation.action,
        "channel": {"$ref": place},
        "summary": operation.summary,
        "messages": [{"$ref": f"{place}/messages/{_reference(name)}"} for name in names],
    }


def _message(name: str, model: type[BaseModel], channel: Channel) -> dict[str, Any]:
    message = {
        "name": name,
        "title": name,
        "summary": _first_line(model),
        "contentType": "application/json",
        "bindings": {"kafka": {"key": {"type": "string", "description": channel.key}}},
        "payload": {"schemaFormat": JSON_SCHEMA_FORMAT, "schema": {"$ref": f"./json/{name}.json"}},
    }
    return message | ({"headers": _HEADERS} if channel in (_EVENTS, _SIGNALS) else {})


_HEADERS: Final = {
    "type": "object",
    "properties": {
        topics.RECEIVED_AT_HEADER: {
            "type": "string",
            "format": "date-time",
            "description": "When the gateway received it, in UTC; set by the gateway alone.",
        }
    },
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

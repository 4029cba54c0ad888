"""Requests that are generated from the gateway's OpenAPI document; ``test_generated`` runs them.

Not collected with the rest: the collection alone takes half a minute, in each test process.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import orjson
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from daybook.producers.gateway import KeyRing, Limits, create_gateway
from daybook.producers.gateway.bodies import LINES
from daybook.producers.gateway.keys import ANY, new_key
from tests.producers.memory import MemoryPublisher

SIGNALS = "/v1/signals"
EXAMPLES = int(os.environ.get("DAYBOOK_FUZZ_EXAMPLES", "6"))
CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance]

_key = new_key("tests", stores=[ANY], sources=[ANY], now=datetime.now(UTC))
_app = create_gateway(
    MemoryPublisher(),
    KeyRing([_key.key]),
    signals=MemoryPublisher(),
    limits=Limits(events_per_second=1e9, burst_events=10**9),
)
# Cases by rule, for each bound of each field, take a minute: only a run that was asked for has them.
_config = schemathesis.Config.from_dict(
    {"phases": {"coverage": {"enabled": "DAYBOOK_FUZZ_EXAMPLES" in os.environ}}}
)
_schema = schemathesis.openapi.from_asgi("/openapi.json", _app, config=_config)


@schemathesis.serializer(LINES)
def lines(_context: object, value: object) -> bytes:
    """NDJSON goes out as the text that it is."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else orjson.dumps(value)


@_schema.exclude(path=SIGNALS).parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_whatever_the_document_allows_is_answered(case: schemathesis.Case[Any]) -> None:
    """Generated requests, valid and not, get an answer that the document describes, and never a 5xx."""
    case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {_key.token}"})


@_schema.include(path=SIGNALS).parametrize()
@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_signals_are_answered_as_the_document_says(case: schemathesis.Case[Any]) -> None:
    """The same of signals, with fewer requests, drawn by chance alone."""
    case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {_key.token}"})

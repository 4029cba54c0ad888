"""The OpenAPI document: its examples hold, and whatever it allows is answered without an error of ours.

``DAYBOOK_FUZZ_EXAMPLES=5000`` makes the run as long as one likes.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
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
from daybook.producers.gateway.openapi import RESPONSES
from tests.producers.gateway.conftest import Gateway
from tests.producers.memory import MemoryPublisher
from tests.support.tree import ROOT

EVENTS = "/v1/events"
SIGNALS = "/v1/signals"
EXAMPLES = int(os.environ.get("DAYBOOK_FUZZ_EXAMPLES", "10"))
CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance]

_key = new_key("tests", stores=[ANY], sources=[ANY], now=datetime.now(UTC))
_app = create_gateway(
    MemoryPublisher(),
    KeyRing([_key.key]),
    signals=MemoryPublisher(),
    limits=Limits(events_per_second=1e9, burst_events=10**9),
)
_schema = schemathesis.openapi.from_asgi("/openapi.json", _app)


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
@settings(max_examples=EXAMPLES // 5, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_signals_are_answered_as_the_document_says(case: schemathesis.Case[Any]) -> None:
    """The same of signals, with fewer requests: their schemas take long to generate from."""
    case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {_key.token}"})


@pytest.mark.parametrize("route", [EVENTS, SIGNALS])
async def test_every_example_of_a_body_is_accepted(gateway: Gateway, route: str) -> None:
    """Each form's example in the document is taken as it stands."""
    document = (await gateway.client.get("/openapi.json")).json()
    content = document["paths"][route]["post"]["requestBody"]["content"]
    assert len(content) == 4
    for media_type, form in content.items():
        for example in form["examples"].values():
            value = example["value"]
            body = value.encode() if isinstance(value, str) else orjson.dumps(value)
            answer = await gateway.client.post(route, content=body, headers={"Content-Type": media_type})
            assert (answer.status_code, answer.json()["refused"]) == (202, 0)


@pytest.mark.parametrize("status", [status for status in RESPONSES if isinstance(status, int)])
async def test_every_answer_has_an_example_of_its_form(gateway: Gateway, status: int) -> None:
    """Examples of answers have the fields of their schema, and errors go by the name of their code."""
    document = (await gateway.client.get("/openapi.json")).json()
    told = document["paths"][EVENTS]["post"]["responses"][str(status)]["content"]["application/json"]
    schema: dict[str, Any] = document["components"]["schemas"][told["schema"]["$ref"].rpartition("/")[2]]
    assert told["examples"]
    for name, example in told["examples"].items():
        assert set(example["value"]) == set(schema["properties"])
        assert example["value"].get("code", name) == name


def test_every_code_of_a_refusal_is_in_the_runbook() -> None:
    """Whoever meets a code finds in the runbook what it means."""
    codes = {
        code
        for path in (ROOT / "producers" / "gateway").glob("*.py")
        for code in re.findall(r'Refusal\(\s*\d{3}, "(\w+)"', path.read_text())
    }
    assert len(codes) > 15
    text = (ROOT / "docs" / "runbook.md").read_text().partition("## The gateway refuses")[2]
    assert codes - set(re.findall(r"`(\w+)`", text.partition("## Keys")[0])) == set()

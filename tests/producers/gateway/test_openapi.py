"""The OpenAPI document: its examples hold, and every answer and code is in it."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from daybook.producers.gateway.openapi import RESPONSES
from tests.producers.gateway.conftest import Gateway
from tests.support.tree import ROOT

EVENTS = "/v1/events"
SIGNALS = "/v1/signals"


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

"""What every answer carries, and what none does."""

from __future__ import annotations

import base64
import logging

import orjson
import pytest

from daybook.producers.gateway.keys import NewKey
from daybook.producers.gateway.signatures import SigningKey, signed_headers
from daybook.producers.records import RecordTooLarge
from tests.producers.gateway.conftest import NOW, Gateway
from tests.support.sales import sale

EVENTS = "/v1/events"


@pytest.mark.parametrize("path", ["/v1/events", "/healthz", "/readyz", "/openapi.json", "/nowhere"])
async def test_every_answer_keeps_browsers_out(gateway: Gateway, path: str) -> None:
    """Whatever is asked, the answer is data: not to be sniffed, framed, run, or kept."""
    answer = await gateway.client.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in answer.headers


async def test_an_answer_and_its_log_line_share_an_id(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reports a refusal names its request id, and the log line of that id has more."""
    gateway.published.away = True
    answer = await gateway.client.post(EVENTS, json=sale(), headers={"X-Request-Id": "mine"})
    found = answer.headers["X-Request-Id"]
    assert found == answer.json()["request_id"] != "mine"
    assert any(f"[{found}]" in line and "not acknowledged" in line for line in caplog.text.splitlines())
    assert "10.1.2.3" in caplog.text
    assert found != (await gateway.client.get("/healthz")).headers["X-Request-Id"]


async def test_an_internal_error_has_an_id_too(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nobody foresaw what went wrong."""

    async def broken(_: object) -> None:
        raise RuntimeError("inner state")

    monkeypatch.setattr(gateway.published, "send", broken)
    answer = await gateway.client.post(EVENTS, json=sale())
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert f"[{answer.headers['X-Request-Id']}]" in caplog.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_kafka_finds_too_large_is_no_error_of_ours(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where brokers are set to take less than the schemas allow, the sender is told so."""

    async def small(_: object) -> None:
        raise RecordTooLarge("a record is larger than message.max.bytes")

    monkeypatch.setattr(gateway.published, "send", small)
    answer = await gateway.client.post(EVENTS, json=sale())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large_for_kafka")


async def test_no_secret_is_logged(
    gateway: Gateway, anywhere: NewKey, signing: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither keys, nor signatures, nor what an event says is in the log, even at its most talkative."""
    caplog.set_level(logging.DEBUG)
    event = orjson.dumps(sale(campaign="half price"))
    headers = signed_headers(signing.secret, "msg-1", NOW, event)
    for path_away in (False, True):
        gateway.published.away = path_away
        await gateway.client.post(EVENTS, content=event)
        await gateway.client.post(EVENTS, content=event, headers=headers)
        await gateway.client.post(EVENTS, content=event[:-1])
        await gateway.client.post(EVENTS, content=event, headers=gateway.using(anywhere.token + "x"))
    assert caplog.text
    secret = base64.b64decode(signing.secret.removeprefix("whsec_")).hex()
    for hidden in (anywhere.token, signing.secret, secret, headers["webhook-signature"], "half price"):
        assert hidden not in caplog.text


@pytest.mark.parametrize(
    "method, path, code", [("GET", EVENTS, "method_not_allowed"), ("GET", "/v2", "not_found")]
)
async def test_what_the_framework_refuses_has_the_same_form(
    gateway: Gateway, method: str, path: str, code: str
) -> None:
    """Paths and methods that are not there are answered with a code like all else."""
    answer = await gateway.client.request(method, path)
    assert answer.json()["code"] == code
    assert answer.json()["detail"]


async def test_a_refusal_names_the_field(gateway: Gateway, high_street: NewKey) -> None:
    """Out of scope by its store or by its source: the answer says by which."""
    headers = gateway.using(high_street.token)
    batch = [sale(1, store_id="pearl-street"), sale(2, source="till-8")]
    answer = await gateway.client.post(EVENTS, json=batch, headers=headers)
    fields = [event["problems"][0]["field"] for event in answer.json()["events"]]
    assert fields == ["store_id", "source"]

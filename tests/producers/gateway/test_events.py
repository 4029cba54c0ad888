"""POST /v1/events: what is accepted, what is refused, and what the caller learns."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from daybook.producers.gateway import Limits
from daybook.producers.gateway.keys import NewKey
from daybook.producers.records import OutgoingRecord
from tests.producers.gateway.conftest import Gateway
from tests.support.sales import sale

EVENTS = "/v1/events"
MAX_BODY_BYTES = Limits().body_bytes


async def test_one_event_is_published_as_it_came(gateway: Gateway) -> None:
    """The bytes travel untouched, keyed by order, with the time at which the gateway received them."""
    body = orjson.dumps(sale(), option=orjson.OPT_INDENT_2)
    answer = await gateway.client.post(EVENTS, content=body)
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 1,
        "waiting": 0,
        "refused": 0,
        "events": [{"position": 0, "status": "accepted", "problems": []}],
    }
    header = ("daybook-received-at", b"2026-03-14T10:15:31.250+00:00")
    assert gateway.published.records == [OutgoingRecord(b"order-1", body, (header,))]


@pytest.mark.parametrize("form", ["array", "wrapped", "ndjson"])
async def test_one_bad_event_among_500_is_refused_alone(gateway: Gateway, form: str) -> None:
    """In every form of a batch the bad event's position says why, and the other 499 are published."""
    events: list[Any] = [sale(n) for n in range(500)]
    events[321]["charged"] = 1
    lines = b"\n".join(orjson.dumps(event) for event in events)
    if form == "ndjson":
        answer = await gateway.client.post(
            EVENTS, content=lines, headers={"Content-Type": "application/x-ndjson"}
        )
    else:
        answer = await gateway.client.post(EVENTS, json=events if form == "array" else {"events": events})
    assert answer.status_code == 202
    refused = [event for event in answer.json()["events"] if event["status"] == "refused"]
    assert [(event["position"], event["problems"][0]["code"]) for event in refused] == [(321, "order_sum")]
    assert len(gateway.published.records) == 499


async def test_a_broken_line_of_ndjson_is_an_event_of_its_own(gateway: Gateway) -> None:
    """A truncated line is refused at its position; lines before and after it are published."""
    body = b"\n".join([orjson.dumps(sale(1)), b'{"type": "sale.com', b"", orjson.dumps(sale(2))])
    answer = await gateway.client.post(EVENTS, content=body, headers={"Content-Type": "application/x-ndjson"})
    assert [event["status"] for event in answer.json()["events"]] == ["accepted", "refused", "accepted"]
    assert answer.json()["events"][1]["problems"][0]["code"] == "malformed_json"


async def test_422_when_every_event_is_refused(gateway: Gateway) -> None:
    """Problems name the field and carry a stable code; nothing is published."""
    answer = await gateway.client.post(EVENTS, json=[sale(currency="ZZZ"), {"type": "sale.parked"}])
    assert answer.status_code == 422
    assert [event["problems"][0]["code"] for event in answer.json()["events"]] == [
        "unknown_currency",
        "unknown_type",
    ]
    assert answer.json()["events"][0]["problems"][0]["field"] == "currency"
    assert gateway.published.records == []


async def test_an_answer_does_not_repeat_personal_data(gateway: Gateway) -> None:
    """A card number is refused with its code, and is not in the answer."""
    event = sale(campaign="4111 1111 1111 1111", **{"5555555555554444": 1})
    answer = await gateway.client.post(EVENTS, json=event)
    assert answer.json()["events"][0]["problems"][0]["code"] == "personal_data_card"
    assert "4111" not in answer.text
    assert "5555555555554444" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b'{"events": []}',
        b'{"events": {}}',
        b'{"events": [], "more": 1}',
        b"42",
        b"null",
        b"[" * 5000,
    ],
)
async def test_400_for_a_body_that_cannot_be_taken_apart(gateway: Gateway, body: bytes) -> None:
    """Whatever is no event and no batch is answered with 400 and a code."""
    answer = await gateway.client.post(EVENTS, content=body)
    assert answer.status_code == 400
    assert answer.json()["code"] in {"malformed_json", "no_events", "not_events", "too_deep"}


async def test_413_for_too_many_events_and_too_many_bytes(gateway: Gateway) -> None:
    """501 events, or a body above the limit with or without its length declared, are answered with 413."""

    async def endless() -> Any:
        for _ in range(MAX_BODY_BYTES // 65536 + 2):
            yield b" " * 65536

    many = await gateway.client.post(EVENTS, json=[sale(n) for n in range(501)])
    large = await gateway.client.post(EVENTS, content=b" " * (MAX_BODY_BYTES + 1))
    undeclared = await gateway.client.post(EVENTS, content=endless())
    assert [answer.status_code for answer in (many, large, undeclared)] == [413, 413, 413]
    assert gateway.published.records == []


async def test_one_event_of_a_megabyte_is_refused_alone(gateway: Gateway) -> None:
    """An event too large for Kafka is refused as such; the other is published."""
    answer = await gateway.client.post(EVENTS, json=[sale(1, campaign="x" * 1_000_000), sale(2)])
    assert answer.status_code == 202
    assert answer.json()["events"][0]["problems"][0]["code"] == "too_large"


@pytest.mark.parametrize(
    "header", [None, "Bearer ", "Bearer dbk_000000000000_x", "Basic abc", "Bearer dbk", "é"]
)
async def test_401_without_a_key_in_force(gateway: Gateway, header: str | None) -> None:
    """No key, an unknown one or another scheme: 401, and the body is not even read."""
    gateway.client.headers.pop("Authorization")
    headers = {} if header is None else {"Authorization": header.encode()}
    answer = await gateway.client.post(EVENTS, content=b"{", headers=headers)  # type: ignore[arg-type]  # bytes keep the é
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_right_id_with_a_wrong_secret_is_no_key(gateway: Gateway, anywhere: NewKey) -> None:
    """A key's id alone opens nothing."""
    wrong = anywhere.token[:-1] + ("A" if anywhere.token[-1] != "A" else "B")
    answer = await gateway.client.post(EVENTS, json=sale(), headers=gateway.using(wrong))
    assert answer.status_code == 401


async def test_a_key_publishes_within_its_scope_only(gateway: Gateway, high_street: NewKey) -> None:
    """Events of another store or source are refused one by one; 403 where nothing else is left."""
    headers = gateway.using(high_street.token)
    foreign = [sale(2, store_id="pearl-street"), sale(3, source="till-8")]
    mixed = await gateway.client.post(EVENTS, json=[sale(1), *foreign], headers=headers)
    alone = await gateway.client.post(EVENTS, json=foreign, headers=headers)
    assert mixed.status_code == 202
    assert [event["status"] for event in mixed.json()["events"]] == ["accepted", "refused", "refused"]
    assert {event["problems"][0]["code"] for event in alone.json()["events"]} == {"key_scope"}
    assert alone.status_code == 403
    assert [record.key for record in gateway.published.records] == [b"order-1"]


async def test_503_while_kafka_is_away(gateway: Gateway) -> None:
    """The caller is told to come again, and nothing of what happens inside."""
    gateway.published.away = True
    answer = await gateway.client.post(EVENTS, json=sale())
    assert (answer.status_code, answer.json()["code"]) == (503, "kafka_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "10.1.2.3" not in answer.text


async def test_503_while_the_worker_is_too_far_behind(gateway: Gateway) -> None:
    """Events are held back for as long as the backlog says, and taken again afterwards."""
    gateway.behind = 7
    held = await gateway.client.post(EVENTS, json=sale())
    assert (held.status_code, held.headers["Retry-After"], held.json()["code"]) == (503, "7", "worker_behind")
    assert gateway.published.records == []
    gateway.behind = None
    assert (await gateway.client.post(EVENTS, json=sale())).status_code == 202


async def test_503_while_an_emergency_stop_holds(gateway: Gateway) -> None:
    """Nothing is taken, the caller is told when to come again, and it is taken once the stop is lifted."""
    gateway.stopped = True
    held = await gateway.client.post(EVENTS, json=sale())
    assert (held.status_code, held.headers["Retry-After"], held.json()["code"]) == (503, "30", "stopped")
    assert (await gateway.client.get("/readyz")).json()["code"] == "stopped"
    assert gateway.published.records == []
    gateway.stopped = False
    assert (await gateway.client.post(EVENTS, json=sale())).status_code == 202


async def test_an_error_of_our_own_is_told_to_the_log_only(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unforeseen error is 500 without its text; the log has it in full."""

    async def broken(_: object) -> None:
        raise RuntimeError("secret inner state")

    monkeypatch.setattr(gateway.published, "send", broken)
    answer = await gateway.client.post(EVENTS, json=sale())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "secret inner state" in caplog.text


async def test_health_and_readiness(gateway: Gateway) -> None:
    """The process answers always; it is ready only while events could be published."""
    assert (await gateway.client.get("/readyz")).status_code == 200
    gateway.published.away = True
    assert (await gateway.client.get("/readyz")).json()["code"] == "kafka_unavailable"
    gateway.behind = 3
    assert (await gateway.client.get("/readyz")).json()["code"] == "worker_behind"
    assert (await gateway.client.get("/healthz")).json() == {"status": "ok"}


async def test_the_documented_example_is_accepted(gateway: Gateway) -> None:
    """Each example of a body in the OpenAPI document is accepted as it stands, and each $ref resolves."""
    document = (await gateway.client.get("/openapi.json")).json()
    content = document["paths"][EVENTS]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        answer = await gateway.client.post(EVENTS, json=example["value"])
        assert answer.status_code == 202
    text = orjson.dumps(document)
    assert b"#/$defs/" not in text
    for part in text.split(b'"$ref":"#/components/schemas/')[1:]:
        assert part.split(b'"')[0].decode() in document["components"]["schemas"]


async def test_other_methods_are_answered_as_http_has_it(gateway: Gateway) -> None:
    """GET on the events is 405: a gateway takes events and shows none."""
    answer: httpx.Response = await gateway.client.get(EVENTS)
    assert answer.status_code == 405

"""Webhooks of other systems: who may, what is fetched, what becomes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest

from daybook.producers.adapters.contract import (
    Adapter,
    Delivery,
    Fetch,
    Notice,
    SecretReference,
    Shop,
    Translation,
    Untranslatable,
)
from daybook.producers.adapters.signatures import check, sign_hex
from daybook.producers.gateway import Callers, Gate, KeyRing, gateway_app
from daybook.producers.hooks import Connection, Fetcher, hooks_router
from daybook.schemas.codec import EventRefused, Reason, decode_event
from daybook.schemas.events import SaleCompleted
from tests.producers.memory import MemoryPublisher
from tests.support.sales import sale

NOW = datetime(2026, 3, 14, 10, 15, 31, tzinfo=UTC)
SECRET = b"a secret of the test"


class Plain(Adapter):
    """A made-up system: its orders name a total, which has to be fetched."""

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """By a signature of the body."""
        del shop, now
        return check([delivery.headers.get("x-sign", "")], secrets, lambda s: sign_hex(s, delivery.body))

    def ping(self, delivery: Delivery) -> bool:
        """Says hello first."""
        return delivery.body == b"hello"

    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """In the body."""
        del delivery
        return str(payload.get("topic", ""))

    def wants(self, notice: Notice, shop: Shop, fetched: Mapping[str, Any]) -> tuple[Fetch, ...]:
        """The order; then whatever that names; and of a circle always one thing more."""
        del shop
        if "circle" in notice.payload:
            return (Fetch(str(len(fetched)), "orders/7"),)
        return () if "order" in fetched else (Fetch("order", f"orders/{notice.payload['id']}"),)

    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """A sale of the total."""
        if topic == "hello":
            return Translation(ignored="not_a_sale")
        if topic == "surprise":
            raise ZeroDivisionError
        order = fetched.get("order")
        if order is None:
            raise Untranslatable.because("id", "no such order", order_id=str(payload["id"]))
        body = sale(int(payload["id"]), source=shop.source, charged=order["total"])
        body["lines"][0] |= {"unit_price": order["total"], "amount": order["total"]}
        return Translation((decode_event(orjson.dumps(body)),))


class Shopfront:
    """The made-up system's REST interface."""

    def __init__(self) -> None:
        self.answers = {"/api/orders/7": httpx.Response(200, json={"total": 1199})}
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """As its server would."""
        self.asked.append(request)
        return self.answers.get(request.url.path, httpx.Response(404))


class Hooks:
    """The gateway under test."""

    def __init__(self) -> None:
        self.published = MemoryPublisher()
        self.front = Shopfront()
        shop = Shop(
            name="front", adapter="mapping", source="hook:front", store_id="high-street",
            secrets=(SecretReference(env="UNUSED"),), api_url="https://front.example/api",
        )  # fmt: skip
        connection = Connection(shop, Plain(), (b"older", SECRET), "token-of-ours")
        gate = Gate(self.published, clock=lambda: NOW)
        app = gateway_app(gate, Callers(KeyRing([])))
        fetcher = Fetcher(httpx.MockTransport(self.front))
        app.include_router(hooks_router(gate, {"front": connection}, fetcher))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    async def post(self, payload: Any, secret: bytes = SECRET, name: str = "front") -> httpx.Response:
        """A delivery, signed."""
        body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        headers = {"X-Sign": sign_hex(secret, body)}
        return await self.client.post(f"/v1/hooks/{name}", content=body, headers=headers)


@pytest.fixture
async def hooks() -> AsyncIterator[Hooks]:
    """A gateway with one connection."""
    made = Hooks()
    async with made.client:
        yield made


async def test_a_delivery_becomes_an_event_once_kafka_has_it(hooks: Hooks) -> None:
    """What is missing is fetched with our token; the record carries order, source and time of receipt."""
    answer = await hooks.post({"topic": "sold", "id": 7})
    assert (answer.status_code, answer.json()) == (
        202,
        {"events": 1, "signals": 0, "untranslated": 0, "ignored": []},
    )
    (record,) = hooks.published.records
    event = decode_event(record.value)
    assert isinstance(event, SaleCompleted)
    assert (record.key, event.source, event.charged) == (b"order-7", "hook:front", 1199)
    assert dict(record.headers)["daybook-received-at"].startswith(b"2026-03-14T10:15:31")
    assert hooks.front.asked[0].headers["authorization"] == "Bearer token-of-ours"


@pytest.mark.parametrize("secret", [b"", b"other"])
async def test_what_is_not_genuine_is_refused_and_not_looked_into(hooks: Hooks, secret: bytes) -> None:
    """A wrong signature, even on a body that is no JSON, is 401 and nothing is fetched."""
    for body in (b"{", orjson.dumps({"topic": "sold", "id": 7})):
        answer = await hooks.post(body, secret)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_genuine")
    assert (hooks.front.asked, hooks.published.records) == ([], [])


async def test_an_unknown_shop_and_a_ping(hooks: Hooks) -> None:
    """404 for a name that the shops file does not hold; 200 for a system that only tries the route."""
    assert (await hooks.post({}, name="nobody")).status_code == 404
    answer = await hooks.client.post("/v1/hooks/front", content=b"hello")
    assert (answer.status_code, answer.json()["ignored"]) == (200, ["ping"])
    assert (await hooks.post({"topic": "hello", "id": 7})).status_code == 200
    assert hooks.published.records == []


async def test_what_cannot_be_translated_waits_as_a_dead_letter(hooks: Hooks) -> None:
    """A record with the reason and nothing of the payload, the same for the same delivery, is published."""
    payload = {"topic": "sold", "id": 8, "customer": "Jane Doe, jane@example.org"}
    for _ in range(2):
        answer = await hooks.post(payload)
        assert (answer.status_code, answer.json()["untranslated"]) == (202, 1)
    first, second = hooks.published.records
    assert (first.key, first.value) == (second.key, second.value)
    assert first.key == b"8"
    assert b"Jane" not in first.value
    with pytest.raises(EventRefused) as refused:
        decode_event(first.value)
    assert (refused.value.problem.reason, refused.value.problem.field) == (Reason.UNTRANSLATED, "id")
    assert (await hooks.post(b"{")).json()["untranslated"] == 1


async def test_an_adapters_own_fault_is_a_dead_letter_and_a_line_in_the_log(
    hooks: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    """Answered with 500 for ever, a foreign system would give the route up, good deliveries and all."""
    answer = await hooks.post({"topic": "surprise", "id": 7})
    assert (answer.status_code, answer.json()["untranslated"]) == (202, 1)
    with pytest.raises(EventRefused) as refused:
        decode_event(hooks.published.records[0].value)
    assert "internal_error" in refused.value.problem.detail
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "front",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(200, content=b"<html>"),
    ],
)
async def test_what_cannot_be_fetched_is_asked_for_again(hooks: Hooks, front: httpx.Response) -> None:
    """An error, a redirect or a page: 503, and nothing is published."""
    hooks.front.answers["/api/orders/7"] = front
    answer = await hooks.post({"topic": "sold", "id": 7})
    assert (answer.status_code, answer.json()["code"]) == (503, "shop_unavailable")
    assert answer.headers["Retry-After"] == "30"
    assert hooks.published.records == []


async def test_fetching_comes_to_an_end(hooks: Hooks) -> None:
    """A system whose answers always name one thing more is given up after a few rounds."""
    assert (await hooks.post({"topic": "sold", "circle": True})).status_code == 503
    assert len(hooks.front.asked) < 10


async def test_kafka_that_is_away_is_not_acknowledged(hooks: Hooks) -> None:
    """503, so that the foreign system sends it again."""
    hooks.published.away = True
    answer = await hooks.post({"topic": "sold", "id": 7})
    assert (answer.status_code, answer.json()["code"]) == (503, "kafka_unavailable")

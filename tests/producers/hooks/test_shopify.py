"""Shopify's deliveries to POST /v1/hooks/{name}: who is let in, what is fetched, and what is counted."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest

from daybook.ledger.state import PartitionLedger, Record
from daybook.producers.adapters.registry import ADAPTERS
from daybook.producers.gateway import Callers, Gate, KeyRing, gateway_app
from daybook.producers.hooks import Connection, Fetcher, hooks_router
from daybook.schemas.codec import decode_event
from tests.producers.adapters.shops import CALENDAR, EXAMPLES, LATER_MS, shop
from tests.producers.memory import MemoryPublisher

NOW = datetime(2026, 3, 17, 12, 30, 5, tzinfo=UTC)
SECRETS = {
    "HIGH": "a secret of the high street",
    "OLD": "its secret of last year",
    "PIER": "a secret of pier 9",
}
PLACED = (EXAMPLES / "shopify" / "order-placed.json").read_bytes()
REFUNDED = (EXAMPLES / "shopify" / "order-line-refunded.json").read_bytes()


def signed(body: bytes, topic: str = "orders/updated", key: str = "HIGH", **more: str) -> dict[str, str]:
    """The headers that Shopify sends."""
    mac = hmac.new(SECRETS[key].encode(), body, hashlib.sha256).digest()
    return {"X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": base64.b64encode(mac).decode(), **more}


class World:
    """A gateway with two Shopify shops and one of WooCommerce, and the foreign REST interface."""

    def __init__(self) -> None:
        self.published = MemoryPublisher()
        self.asked: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(500)
        self.client: httpx.AsyncClient

    def foreign(self, request: httpx.Request) -> httpx.Response:
        """What the foreign system answers."""
        self.asked.append(request)
        return self.answer(request)

    async def post(self, body: bytes, headers: dict[str, str], name: str = "high-street") -> httpx.Response:
        """Deliver a notice."""
        return await self.client.post(f"/v1/hooks/{name}", content=body, headers=headers)

    def ledger(self) -> PartitionLedger:
        """What is counted of all that was published."""
        made = PartitionLedger(0, 100, CALENDAR)
        made.fold([Record(i, LATER_MS, record.value) for i, record in enumerate(self.published.records)])
        return made


def connection(adapter: str, keys: str, **more: Any) -> Connection:
    """A shop whose secrets, by their names, were read."""
    place = shop(adapter, **more)
    secrets = tuple(SECRETS[key].encode() for key in keys.split())
    return Connection(place, ADAPTERS[place.adapter](), secrets, SECRETS["HIGH"])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The gateway in memory, with two shops of Shopify and one of WooCommerce."""
    made = World()
    gate = Gate(made.published, clock=lambda: NOW)
    app = gateway_app(gate, Callers(KeyRing([])))
    found = [
        connection("shopify", "HIGH OLD", api_url="https://high.example/admin/api/2024-10"),
        connection("shopify", "PIER", name="pier-9", source="shopify:pier", account="pier.example"),
        connection("woocommerce", "PIER", name="woo", source="woo:1"),
    ]
    fetcher = Fetcher(httpx.MockTransport(made.foreign))
    app.include_router(hooks_router(gate, {each.shop.name: each for each in found}, fetcher))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        made.client = client
        yield made
    await fetcher.close()


async def test_a_signed_order_is_published_under_its_number(world: World) -> None:
    """202 once it is stored: one snapshot, keyed by order, without anything personal."""
    answer = await world.post(PLACED, signed(PLACED))
    assert (answer.status_code, answer.json()["events"]) == (202, 1)
    (record,) = world.published.records
    assert record.key == b"9007199254740993123"
    assert decode_event(record.value).order_id == "9007199254740993123"
    assert b"example.org" not in record.value


async def test_a_replay_counts_once_and_an_old_state_not_at_all(world: World) -> None:
    """The same delivery twice, and an older one after a newer: nothing changes."""
    for body in (PLACED, REFUNDED, PLACED, REFUNDED):
        assert (await world.post(body, signed(body))).status_code == 202
    position = world.ledger().position
    assert (position.received, position.dead) == (4, 0)
    assert position.counted + position.duplicates == 4


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Shopify-Hmac-Sha256": ""},
        {"X-Shopify-Hmac-Sha256": "AAAA"},
        {"X-Shopify-Hmac-Sha256": signed(PLACED + b" ")["X-Shopify-Hmac-Sha256"]},
        {"X-Shopify-Hmac-Sha256": signed(PLACED, key="PIER")["X-Shopify-Hmac-Sha256"]},
    ],
    ids=["missing", "empty", "wrong", "of another body", "of another shop"],
)
async def test_401_for_whatever_is_not_genuine(world: World, headers: dict[str, str]) -> None:
    """A missing or wrong signature, or one by another shop's key, publishes nothing and learns nothing."""
    answer = await world.post(PLACED, {"X-Shopify-Topic": "orders/create"} | headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_genuine")
    assert world.published.records == []


async def test_a_body_is_not_parsed_before_it_is_verified(world: World) -> None:
    """Unsigned rubbish is 401; signed rubbish is a dead letter: nobody unknown reaches the parser."""
    rubbish = b'{"id": ' + b"[" * 5000
    assert (await world.post(rubbish, {})).status_code == 401
    assert (await world.post(rubbish, signed(rubbish))).json()["untranslated"] == 1


async def test_both_secrets_are_in_force_while_one_replaces_the_other(world: World) -> None:
    """A delivery signed with last year's secret is still let in."""
    assert (await world.post(PLACED, signed(PLACED, key="OLD"))).status_code == 202


async def test_shops_with_one_secret_are_told_apart_by_their_account(world: World) -> None:
    """An app signs for all its shops alike: the domain must be the one in the shops file."""
    named = {"X-Shopify-Shop-Domain": "Pier.example"}
    assert (await world.post(PLACED, signed(PLACED, key="PIER", **named), "pier-9")).status_code == 202
    assert (await world.post(PLACED, signed(PLACED, key="PIER"), "pier-9")).status_code == 401


async def test_404_for_a_name_that_no_shop_has(world: World) -> None:
    """There is no such route, whatever it is signed with."""
    assert (await world.post(PLACED, signed(PLACED), "nobody")).json()["code"] == "unknown_shop"


async def test_what_is_no_sale_is_ignored_with_a_code(world: World) -> None:
    """Other topics are answered with 200, so that nothing is sent again."""
    answer = await world.post(PLACED, signed(PLACED, topic="products/update"))
    assert (answer.status_code, answer.json()["ignored"]) == (200, ["not_a_sale"])
    ping = await world.post(b"webhook_id=12", {}, "woo")
    assert (ping.status_code, ping.json()["ignored"]) == (200, ["ping"])


async def test_an_order_that_does_not_add_up_becomes_a_dead_letter_without_its_content(world: World) -> None:
    """202, and a record that the worker counts as dead: reason, field, both sums, and no personal data."""
    body = orjson.dumps(orjson.loads(PLACED) | {"total_price": "1.00"})
    answer = await world.post(body, signed(body))
    assert (answer.status_code, answer.json()["untranslated"]) == (202, 1)
    ledger = world.ledger()
    assert (ledger.position.received, ledger.position.dead) == (1, 1)
    letter = orjson.loads(ledger.take_checkpoint().dead_letters[0][1])
    assert letter["reason"] == "untranslated"
    assert "total_price" in orjson.dumps(letter).decode()
    assert b"example.org" not in world.published.records[0].value
    assert b"Blue mug" not in world.published.records[0].value


async def test_an_edit_is_fetched_and_published_as_its_order(world: World) -> None:
    """The order is asked for with the token, and its newest state is what counts."""
    world.answer = lambda _: httpx.Response(200, content=b'{"order": ' + REFUNDED + b"}")
    body = orjson.dumps({"order_edit": {"id": 1, "order_id": 9007199254740993123}})
    answer = await world.post(body, signed(body, topic="orders/edited"))
    assert answer.json()["events"] == 1
    (asked,) = world.asked
    assert str(asked.url) == "https://high.example/admin/api/2024-10/orders/9007199254740993123.json"
    assert asked.headers["X-Shopify-Access-Token"] == SECRETS["HIGH"]


@pytest.mark.parametrize("status", [401, 429, 500, 302])
async def test_503_while_the_order_cannot_be_fetched(world: World, status: int) -> None:
    """Nothing is published and nothing guessed: the shop sends it again."""
    world.answer = lambda _: httpx.Response(status, headers={"Location": "http://127.0.0.1:1/"})
    body = orjson.dumps({"order_edit": {"id": 1, "order_id": 9007199254740993123}})
    answer = await world.post(body, signed(body, topic="orders/edited"))
    assert (answer.status_code, answer.json()["code"]) == (503, "shop_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert world.published.records == []


async def test_503_while_kafka_is_away(world: World) -> None:
    """What is not acknowledged is not answered with 200."""
    world.published.away = True
    assert (await world.post(PLACED, signed(PLACED))).status_code == 503

"""Catching up with a shop: every page, whatever its limits, and never a token to somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.producers.adapters.contract import (
    Adapter,
    Delivery,
    SecretReference,
    Shop,
    Translation,
    Untranslatable,
)
from daybook.producers.adapters.shopify import ShopifyAdapter
from daybook.producers.catch_up import CaughtUp, ShopUnavailable, catch_up, orders_changed
from daybook.producers.client import EventLike, PublishResult
from daybook.producers.hooks import Connection
from daybook.schemas.codec import decode_event, encode_event
from daybook.schemas.events import OrderSnapshot, SaleCompleted, SaleEvent
from tests.producers.adapters.shops import EXAMPLES
from tests.support.sales import sale

START = datetime(2026, 3, 14, tzinfo=UTC)
END = START + timedelta(days=1)
API = "https://front.example/admin/api/2024-10"
TOKEN = "token-of-ours"


class Plain(Adapter):
    """Orders that are a number only; the thirteenth nobody understands."""

    def verify(self, delivery: Delivery, shop: Shop, secrets: Sequence[bytes], now: datetime) -> str | None:
        """Nothing is delivered here."""
        raise AssertionError((delivery, shop, secrets, now))

    def topic(self, delivery: Delivery, payload: Mapping[str, Any]) -> str:
        """Nothing is delivered here."""
        raise AssertionError((delivery, payload))

    def api_headers(self, token: str) -> Mapping[str, str]:
        """As Shopify has it."""
        return {"X-Shopify-Access-Token": token}

    def translate(
        self, payload: Mapping[str, Any], topic: str, shop: Shop, fetched: Mapping[str, Any]
    ) -> Translation:
        """A sale under the order's number."""
        assert (topic, fetched) == ("orders/updated", {})
        if payload["id"] == 13:
            raise Untranslatable.because("id", "of unknown meaning", order_id="13")
        if payload["id"] == 4:
            return Translation(ignored="not_a_sale")
        return Translation((decode_event(orjson.dumps(sale(payload["id"], source=shop.source))),))


class FakeShop:
    """The published interface: filters on the first page only, cursors, a bucket that runs full."""

    def __init__(self, orders: int, page: int = 5) -> None:
        self.orders = {number: START + timedelta(hours=number) for number in range(orders)}
        self.page = page
        self.asked: list[httpx.Request] = []
        self.instead: list[httpx.Response | Exception] = []
        self.link = "{api}/orders.json?limit=250&page_info={place}"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One answer."""
        self.asked.append(request)
        if self.instead:
            answer = self.instead.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        params = request.url.params
        if "page_info" in params:
            if set(params) - {"page_info", "limit", "fields"}:
                return httpx.Response(400, json={"errors": "page_info cannot be passed with other filters"})
            place = int(params["page_info"])
        else:
            assert (params["status"], params["order"], params["limit"]) == ("any", "updated_at asc", "250")
            place = 0
        found = [{"id": number} for number, changed in self.orders.items() if START <= changed <= END]
        page = found[place : place + self.page]
        headers = {}
        if place + self.page < len(found):
            following = self.link.format(api=API, place=place + self.page)
            headers["Link"] = f'<{following}>; rel="next"'
            if place:
                headers["Link"] = (
                    f'<{API}/orders.json?limit=250&page_info=0>; rel="previous", {headers["Link"]}'
                )
        return httpx.Response(200, json={"orders": page}, headers=headers)


class Till:
    """Keeps what it is given by identity, as the log's reader counts it."""

    def __init__(self) -> None:
        self.counted: dict[tuple[str, str], EventLike] = {}

    async def publish_many(self, events: list[EventLike]) -> list[PublishResult]:
        """As the client does it."""
        for event in events:
            assert isinstance(event, SaleCompleted)
            self.counted[event.source, event.event_id] = event
        return [PublishResult(position) for position in range(len(events))]


def connection() -> Connection:
    """The shop's connection."""
    shop = Shop(
        name="front", adapter="shopify", source="shopify:front", store_id="high-street", api_url=API,
        secrets=(SecretReference(env="UNUSED"),),
    )  # fmt: skip
    return Connection(shop, Plain(), (b"secret",), TOKEN)


async def caught_up(front: FakeShop, till: Till | None = None) -> tuple[CaughtUp, list[float]]:
    """One run of the command's work, and for how long it slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with httpx.AsyncClient(transport=httpx.MockTransport(front)) as client:
        pages = orders_changed(client, connection(), START, END, sleep=sleep)
        return await catch_up(pages, connection(), till or Till(), "orders/updated"), slept


async def test_every_page_is_read_and_two_runs_count_once() -> None:
    """Twelve orders on three pages; asked with our token, for the times given; a second run adds nothing."""
    front, till = FakeShop(12), Till()
    done, _ = await caught_up(front, till)
    assert (done.orders, done.published, done.ignored, done.refused) == (12, 11, 1, [])
    assert len(front.asked) == 3
    assert {request.headers["X-Shopify-Access-Token"] for request in front.asked} == {TOKEN}
    assert front.asked[0].url.params["updated_at_min"] == "2026-03-14T00:00:00+00:00"
    assert front.asked[0].url.params["updated_at_max"] == "2026-03-15T00:00:00+00:00"
    before = dict(till.counted)
    await caught_up(front, till)
    assert till.counted == before
    assert len(before) == 11


async def test_an_order_that_nobody_understands_holds_up_no_other() -> None:
    """It is named with its reason; those before and behind it are published."""
    done, _ = await caught_up(FakeShop(16))
    assert (done.orders, done.published) == (16, 14)
    assert [missed.document()["order_id"] for missed in done.refused] == ["13"]


async def test_a_full_bucket_is_waited_for() -> None:
    """As long as Shopify says, but never for hours; and it comes to an end."""
    front = FakeShop(12)
    front.instead = [
        httpx.Response(429, headers={"Retry-After": "2.0"}),
        httpx.Response(429, headers={"Retry-After": "86400"}),
        httpx.Response(502),
        httpx.ReadTimeout("slow"),
    ]
    done, slept = await caught_up(front)
    assert (done.orders, slept) == (12, [2.0, 60.0, 4.0, 8.0])
    front.instead = [httpx.Response(429) for _ in range(50)]
    with pytest.raises(ShopUnavailable, match="429 at 6 tries"):
        await caught_up(front)


@pytest.mark.parametrize("waits", ["nan", "-1", "soon"])
async def test_an_odd_time_to_wait_is_no_reason_to_hurry(waits: str) -> None:
    """What is no number of seconds is a second."""
    front = FakeShop(1)
    front.instead = [httpx.Response(429, headers={"Retry-After": waits})]
    assert (await caught_up(front))[1] == [1.0]


@pytest.mark.parametrize(
    "answer, told",
    [
        (httpx.Response(401), "does not know the token"),
        (httpx.Response(403), "read_orders"),
        (httpx.Response(404), "api_url"),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example/"}), "302"),
        (httpx.Response(200, content=b"<html>"), "something else than orders"),
        (httpx.Response(200, json={"orders": [7]}), "something else than orders"),
    ],
)
async def test_a_shop_that_says_no_is_asked_once(answer: httpx.Response, told: str) -> None:
    """What waiting does not mend is a sentence at once, without the token."""
    front = FakeShop(12)
    front.instead = [answer]
    with pytest.raises(ShopUnavailable, match=told) as error:
        await caught_up(front)
    assert TOKEN not in str(error.value)
    assert len(front.asked) == 1


@pytest.mark.parametrize(
    "link, told",
    [
        ("https://elsewhere.example/admin/api/2024-10/orders.json?page_info={place}", "elsewhere"),
        ("http://front.example/admin/api/2024-10/orders.json?page_info={place}", "elsewhere"),
        ("{api}/customers.json?page_info={place}", "elsewhere"),
        ("{api}/orders.json?page_info=0", "again and again"),
    ],
)
async def test_the_next_page_is_the_shops_own_and_a_new_one(link: str, told: str) -> None:
    """The token goes nowhere else, and a circle of pages is left."""
    front = FakeShop(12)
    front.link = link
    with pytest.raises(ShopUnavailable, match=told):
        await caught_up(front)
    assert {request.url.host for request in front.asked} == {"front.example"}


async def test_beside_the_webhooks_an_order_counts_once() -> None:
    """The listed order and its webhook are one event, to the byte, refunds and ids beyond 2^53 included."""
    body = (EXAMPLES / "shopify" / "order-line-refunded.json").read_bytes()
    answers = httpx.MockTransport(lambda _: httpx.Response(200, content=b'{"orders": [' + body + b"]}"))
    adapter, shop = ShopifyAdapter(), connection().shop
    delivery = Delivery(body, {"x-shopify-topic": "orders/updated"})
    (notice,) = adapter.notices(delivery)
    (event,) = adapter.translate(notice.payload, notice.topic, shop, {}).events
    real = Connection(shop, adapter, (b"secret",), TOKEN)
    till = Keeper()
    async with httpx.AsyncClient(transport=answers) as client:
        await catch_up(orders_changed(client, real, START, END), real, till, "orders/updated")
    assert [encode_event(found) for found in till.taken] == [encode_event(event)]


class Keeper:
    """Keeps events as they come."""

    def __init__(self) -> None:
        self.taken: list[SaleEvent] = []

    async def publish_many(self, events: list[EventLike]) -> list[PublishResult]:
        """As the client does it."""
        for event in events:
            assert isinstance(event, OrderSnapshot)
            self.taken.append(event)
        return [PublishResult(position) for position in range(len(events))]


def test_the_command_says_what_it_lacks(tmp_path: Path) -> None:
    """A time without offset, an unknown shop, and one without a token are sentences."""
    (tmp_path / "secret").write_text("of the test")
    (tmp_path / "secret").chmod(0o600)
    entry = {
        "name": "front", "adapter": "shopify", "source": "shopify:front", "store_id": "web",
        "secrets": [{"file": "secret"}],
    }  # fmt: skip
    (tmp_path / "shops.json").write_bytes(orjson.dumps({"shops": [entry]}))

    def told(name: str, start: str) -> tuple[int, str]:
        words = ["shopify", "catch-up", "--shop", name, "--from", start, "--to", "2026-03-15T00:00Z"]
        result = CliRunner().invoke(main, [*words, "--shops", str(tmp_path / "shops.json")])
        return result.exit_code, result.stderr

    code, sentence = told("front", "2026-03-14T00:00")
    assert (code, "write 2026-03-14T00:00Z for UTC" in sentence) == (2, True)
    assert told("back", "2026-03-14T00:00Z")[1].endswith("has no shop back; it has: front.\n")
    code, sentence = told("front", "2026-03-14T00:00Z")
    assert (code, "needs api_url and api_token" in sentence) == (3, True)
    assert told("front", "2026-03-16T00:00Z")[0] == 2

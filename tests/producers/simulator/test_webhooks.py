"""The simulated web shop through the real routes of Shopify, Square and Stripe, to the cent."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner

from daybook.cli.main import main
from daybook.ledger.calendar import Calendar
from daybook.ledger.state import PartitionLedger, Record
from daybook.producers.adapters.contract import Delivery
from daybook.producers.adapters.registry import ADAPTERS
from daybook.producers.gateway import Callers, Gate, KeyRing, gateway_app
from daybook.producers.hooks import Connection, Fetcher, hooks_router
from daybook.producers.simulator import simulated_stores
from daybook.producers.simulator.webhooks import SYSTEMS, Notice, WebOrder, disordered, web_orders
from tests.producers.adapters.shops import all_days
from tests.producers.adapters.shops import shop as adapters_shop
from tests.producers.memory import MemoryPublisher

START = datetime(2026, 3, 13, 6, tzinfo=UTC)
NOW = datetime(2026, 3, 14, 10, 15, 31, tzinfo=UTC)
SECRET = b"a secret of the test"
URL = "http://gateway/v1/hooks/shop"


@pytest.fixture(scope="module")
def orders() -> list[WebOrder]:
    """A day of the web shop, with refunds."""
    return list(web_orders(7, START, START + timedelta(hours=28), rate=1.5))


def front(answers: Mapping[str, Any]) -> httpx.MockTransport:
    """The foreign system's REST interface."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(request.url.path.removeprefix("/api"))
        return httpx.Response(404) if found is None else httpx.Response(200, json=found)

    return httpx.MockTransport(answer)


async def delivered(name: str, notices: list[Notice], orders: list[WebOrder]) -> MemoryPublisher:
    """What the real route publishes of some notices, each of which it must accept."""
    system, published = SYSTEMS[name], MemoryPublisher()
    shop = adapters_shop(name, name="shop", owns_sales=True, api_url="https://front.example/api")
    connection = Connection(shop, ADAPTERS[name](), (SECRET,), "token")
    gate = Gate(published, clock=lambda: NOW)
    app = gateway_app(gate, Callers(KeyRing([])))
    answers = {path: found for order in orders for path, found in system.answers(order).items()}
    app.include_router(hooks_router(gate, {"shop": connection}, Fetcher(front(answers))))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        for notice in notices:
            headers = system.headers(SECRET, notice, URL, NOW)
            answer = await client.post("/v1/hooks/shop", content=notice.body, headers=dict(headers))
            assert answer.status_code in (200, 202), answer.text
            assert answer.json()["untranslated"] == 0, (notice.topic, answer.text)
    return published


def counted(published: MemoryPublisher) -> PartitionLedger:
    """A ledger that has counted all of it."""
    ledger = PartitionLedger(0, 100, Calendar(simulated_stores().stores))
    at = int(NOW.timestamp() * 1000)
    ledger.fold([Record(offset, at, record.value) for offset, record in enumerate(published.records)])
    return ledger


@pytest.mark.parametrize("name", list(SYSTEMS))
async def test_each_systems_webhooks_come_to_the_shops_own_sums(name: str, orders: list[WebOrder]) -> None:
    """Out of order and many of them twice: charged is what customers paid less what they got back."""
    chance = Random(7)  # noqa: S311 - disorder, not secrets
    ledger = counted(await delivered(name, disordered(chance, SYSTEMS[name], orders), orders))
    given_back = sum(order.refund.paid for order in orders if order.refund is not None)
    figures = all_days(ledger)
    assert given_back > 0
    assert figures.charged == sum(order.charged for order in orders) - given_back
    assert figures.orders == len(orders)
    assert ledger.position.dead == 0
    if name != "stripe":  # a charge knows no lines
        assert figures.units == sum(i.quantity for o in orders for i in o.items if i.sku is not None)
        assert figures.tax == sum(item.tax for order in orders for item in order.items) - sum(
            item.tax for order in orders if order.refund for item in order.refund.items
        )


@pytest.mark.parametrize("name", list(SYSTEMS))
def test_the_command_sends_what_the_adapter_takes_for_genuine(name: str, tmp_path: Path) -> None:
    """Every notice is signed for the route that it goes to; the sums of its orders are told."""
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET + b"\n")
    adapter, shop = ADAPTERS[name](), adapters_shop(name)
    refused: list[str | None] = []

    class Route(BaseHTTPRequestHandler):
        """The route of a gateway."""

        def do_POST(self) -> None:
            """Look whether it is genuine."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            named = {header.lower(): value for header, value in self.headers.items()}
            delivery = Delivery(body, named, f"{url}{self.path}")
            refused.append(adapter.verify(delivery, shop, [SECRET], datetime.now(UTC)))
            self.send_response(202)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Route)
    url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        words = ["simulate", "--as", name, "--url", f"{url}/v1/hooks/shop", "--secret-file", str(secret)]
        told = CliRunner().invoke(main, [*words, "--orders", "5", "--json"])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert told.exit_code == 0, told.output
    document = orjson.loads(told.stdout)
    assert document["orders"] == 5
    assert document["charged"] > 0
    assert document["answers"] == {"202": len(refused)}
    assert set(refused) == {None}


def test_the_command_stays_on_this_machine(tmp_path: Path) -> None:
    """Another machine's address is a usage error unless it is said to be meant."""
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    words = ["simulate", "--as", "stripe", "--url", "https://shop.example/hook", "--secret-file", str(secret)]
    told = CliRunner().invoke(main, words)
    assert (told.exit_code, "--anywhere" in told.output) == (2, True)

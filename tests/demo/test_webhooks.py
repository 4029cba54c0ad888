"""The demo's own web shop on Shopify, over the real route."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import orjson

from daybook.demo.webhooks import NAME, WebhookShop, prepare
from daybook.producers.gateway import Callers, Gate, KeyRing, gateway_app
from daybook.producers.hooks import Fetcher, hooks_router, load_shops
from daybook.producers.simulator.webhooks import web_orders
from daybook.schemas.codec import decode_event
from daybook.schemas.events import OrderSnapshot
from tests.producers.memory import MemoryPublisher


async def test_its_orders_come_by_webhook_as_they_are_due(tmp_path: Path) -> None:
    """What was due since the start is told at once, signed with the secret of the folder."""
    secret = prepare(tmp_path)
    assert secret is not None
    published = MemoryPublisher()
    gate = Gate(published)
    app = gateway_app(gate, Callers(KeyRing([])))
    app.include_router(hooks_router(gate, load_shops(tmp_path / "shops.json", {}), Fetcher()))
    transport = httpx.ASGITransport(app)
    since = datetime.now(UTC) - timedelta(hours=24)
    now = datetime.now(UTC)
    due = {order.number: order.charged for order in web_orders(8, since, now, rate=0.3)}
    selling = asyncio.create_task(WebhookShop("http://demo", secret, 7, 0.3, transport).publish_live(since))
    async with asyncio.timeout(60):
        while len({record.key for record in published.records}) < len(due):
            await asyncio.sleep(0.05)
            assert not selling.done(), selling.exception()
    selling.cancel()
    events = [decode_event(record.value) for record in published.records]
    charged = {int(event.order_id): event.charged for event in events if isinstance(event, OrderSnapshot)}
    assert due
    assert due.items() <= charged.items()
    assert {event.source for event in events} == {"shopify:demo"}


def test_somebodys_own_shops_file_stays_as_it_is(tmp_path: Path) -> None:
    """The connection is made where there is none yet, is kept over restarts, and never put beside others."""
    first = prepare(tmp_path)
    assert first == prepare(tmp_path)
    assert (tmp_path / f"{NAME}.secret").stat().st_mode & 0o077 == 0
    own = tmp_path / "own"
    own.mkdir()
    (own / "shops.json").write_bytes(orjson.dumps({"shops": []}))
    assert prepare(own) is None
    assert load_shops(own / "shops.json", {}) == {}

"""A web shop of the demo that is on Shopify: its orders come as signed webhooks over the demo's own route."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

import httpx
import orjson

from daybook.producers.simulator.webhooks import SYSTEMS, Notice, WebOrder, disordered, web_orders

log = logging.getLogger(__name__)

NAME: Final = "demo-shopify"
_SYSTEM: Final = SYSTEMS["shopify"]
_HOUR: Final = timedelta(hours=1)
_SECONDS: Final = 30.0


def prepare(folder: Path) -> bytes | None:
    """The secret of the demo's own connection; makes it and the shops file where there is no such file yet.

    None where the folder has a shops file of somebody else's, which stays as it is.
    """
    shops, secret = folder / "shops.json", folder / f"{NAME}.secret"
    if not shops.exists():
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        shop = {
            "name": NAME,
            "adapter": "shopify",
            "source": "shopify:demo",
            "store_id": "web",
            "currency": "GBP",
            "secrets": [{"file": secret.name}],
        }
        shops.write_bytes(orjson.dumps({"shops": [shop]}, option=orjson.OPT_INDENT_2))
    return secret.read_bytes() if secret.exists() else None


class WebhookShop:
    """Orders as time goes by, each told several times and in any order, as Shopify does."""

    def __init__(
        self,
        url: str,
        secret: bytes,
        seed: int,
        rate: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``url`` is the demo's; seed and rate are those of the simulated shops; ``transport`` is httpx's."""
        self._transport = transport
        self._url = f"{url}/v1/hooks/{NAME}"
        self._secret = secret
        # Another shop than the one that publishes by itself.
        self._seed = seed + 1
        self._rate = rate

    async def publish_live(self, since: datetime) -> None:
        """Send for ever what is due from an aware time on."""
        chance = Random(self._seed)  # noqa: S311 - disorder, not secrets
        async with httpx.AsyncClient(transport=self._transport, timeout=_SECONDS, trust_env=False) as client:
            while True:
                for order in await asyncio.to_thread(self._orders, since):
                    wait = (order.placed_at - datetime.now(UTC)).total_seconds()
                    await asyncio.sleep(max(0.0, wait))
                    for notice in disordered(chance, _SYSTEM, [order]):
                        await self._send(client, notice)
                since += _HOUR

    def _orders(self, since: datetime) -> list[WebOrder]:
        """The orders of an hour, without their refunds: those are yet to come."""
        found = web_orders(self._seed, since, since + _HOUR, rate=self._rate)
        return sorted(
            (order._replace(refund=None) for order in found),
            key=lambda order: (order.placed_at, order.number),
        )

    async def _send(self, client: httpx.AsyncClient, notice: Notice) -> None:
        headers = dict(_SYSTEM.headers(self._secret, notice, self._url, datetime.now(UTC)))
        try:
            answer = await client.post(self._url, content=notice.body, headers=headers)
        except httpx.HTTPError as error:
            log.warning("A webhook of the demo's own shop was not sent: %s", type(error).__name__)
            return
        if not answer.is_success:
            log.warning("A webhook of the demo's own shop was answered with %d", answer.status_code)

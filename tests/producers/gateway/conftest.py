"""A gateway in memory, and clients with a key for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest

from daybook.producers.gateway import KeyRing, create_gateway
from daybook.producers.gateway.keys import ANY, NewKey, new_key
from tests.producers.memory import MemoryPublisher

NOW = datetime(2026, 3, 14, 10, 15, 31, 250_000, tzinfo=UTC)


@dataclass
class Gateway:
    """The gateway under test: what it published, what it was told, and a client with a key for everything."""

    published: MemoryPublisher
    client: httpx.AsyncClient
    behind: int | None = None

    def using(self, token: str) -> dict[str, str]:
        """Headers that carry a key."""
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def anywhere() -> NewKey:
    """A key for all stores and sources."""
    return new_key("tests", stores=[ANY], sources=[ANY], now=NOW)


@pytest.fixture
def high_street() -> NewKey:
    """A key for one till of one store."""
    return new_key("one till", stores=["high-street"], sources=["till-7"], now=NOW)


@pytest.fixture
async def gateway(anywhere: NewKey, high_street: NewKey) -> AsyncIterator[Gateway]:
    """A gateway over a publisher in memory; its client sends the key for everything."""
    published = MemoryPublisher()
    ring = KeyRing([anywhere.key, high_street.key])
    app = create_gateway(published, ring, backlog=lambda: found.behind, clock=lambda: NOW)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {anywhere.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as client:
        found = Gateway(published, client)
        yield found

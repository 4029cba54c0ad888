"""A gateway in memory, and clients with a key for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from daybook.producers.gateway import Callers, Gate, KeyRing, Limits, gateway_app
from daybook.producers.gateway.keys import ANY, NewKey, new_key
from daybook.producers.gateway.signatures import SigningKey, new_signing_key
from tests.producers.memory import MemoryPublisher

NOW = datetime(2026, 3, 14, 10, 15, 31, 250_000, tzinfo=UTC)


@dataclass
class Keys:
    """Signing keys in memory, and the uses of any key that were noted."""

    signing: list[SigningKey] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def in_force(self) -> list[SigningKey]:
        """All that are not revoked."""
        return [key for key in self.signing if key.revoked_at is None]

    def note(self, key_id: str, now: datetime) -> None:
        """A key is used."""
        del now
        self.used.append(key_id)


@dataclass
class Gateway:
    """The gateway under test: what it published, what it was told, and a client with a key for everything."""

    published: MemoryPublisher
    signals: MemoryPublisher
    client: httpx.AsyncClient
    keys: Keys
    behind: int | None = None
    stopped: bool = False
    later: timedelta = timedelta(0)
    seconds: float = 0.0

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
def signing() -> SigningKey:
    """A signing key for one store."""
    return new_signing_key("web shop", stores=["high-street"], sources=[ANY], now=NOW)


@asynccontextmanager
async def gateway_in_memory(
    anywhere: NewKey, *others: NewKey, signing: SigningKey | None = None, limits: Limits | None = None
) -> AsyncIterator[Gateway]:
    """A gateway over a publisher in memory; its client sends the key for everything."""
    published, signals = MemoryPublisher(), MemoryPublisher()
    keys = Keys([signing] if signing is not None else [])
    gate = Gate(
        published,
        limits=limits,
        backlog=lambda: found.behind,
        stopped=lambda: found.stopped,
        clock=lambda: NOW + found.later,
        monotonic=lambda: found.seconds,
    )
    ring = KeyRing([made.key for made in (anywhere, *others)])
    app = gateway_app(gate, Callers(ring, keys, keys), signals=gate.beside(signals, lambda: found.behind))
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {anywhere.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as client:
        found = Gateway(published, signals, client, keys)
        yield found


@pytest.fixture
async def gateway(anywhere: NewKey, high_street: NewKey, signing: SigningKey) -> AsyncIterator[Gateway]:
    """The gateway with the limits that it has by itself."""
    async with gateway_in_memory(anywhere, high_street, signing=signing) as found:
        yield found

"""Who may publish, for which stores and sources: API keys, and what signing keys share with them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from pydantic import Field

from daybook.schemas.keys import ANY, HashedKey, HashedKeys, KeyHead, digest, token_of

__all__ = ["ANY", "Key", "KeyRing", "KeyScope", "KeySource", "NewKey", "new_key"]

_PREFIX: Final = "dbk"


class KeyScope(KeyHead):
    """What is known of a publisher's key: whose it is, what it is for, and whether it is in force."""

    stores: list[str] = Field(description="Store ids it may publish for; '*' stands for all.")
    sources: list[str] = Field(description="Sources it may publish as; '*' stands for all.")

    def permits_store(self, store_id: str) -> bool:
        """Whether an event of this store may be published with the key."""
        return ANY in self.stores or store_id in self.stores

    def permits_source(self, source: str) -> bool:
        """Whether an event of this source may be published with the key."""
        return ANY in self.sources or source in self.sources

    def permits(self, store_id: str, source: str) -> bool:
        """Whether an event of this store and source may be published with the key."""
        return self.permits_store(store_id) and self.permits_source(source)


class Key(KeyScope, HashedKey):
    """An API key as it is stored: its hash and its scope, never the secret."""


class NewKey(NamedTuple):
    """A key just made, with the token that is shown once and stored nowhere."""

    key: Key
    token: str


class KeySource(Protocol):
    """Whoever knows the API keys in force."""

    def identify(self, token: str) -> Key | None:
        """The key that a token belongs to; None if there is none or it is revoked."""
        ...


class KeyRing(HashedKeys[Key]):
    """API keys in memory."""

    def __init__(self, keys: Iterable[Key]) -> None:
        super().__init__(_PREFIX, keys)


def new_key(label: str, *, stores: list[str], sources: list[str], now: datetime) -> NewKey:
    """Make a key with a secret of 256 random bits."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = Key(
        key_id=key_id, sha256=digest(secret), label=label, stores=stores, sources=sources, created_at=now
    )
    return NewKey(key, token_of(_PREFIX, key_id, secret))

"""Who may publish, for which stores and sources: API keys, and keys that requests are signed with.

An API key reads ``dbk_<key id>_<secret>``. The secret has 256 bits of chance, so a plain SHA-256 of it can be
stored: stretching as for passwords would protect nothing more and cost every request. Comparisons take
constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final, NamedTuple, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from daybook.schemas.fields import FreeText

ANY: Final = "*"
_PREFIX: Final = "dbk"


class KeyScope(BaseModel):
    """What is known of any key: whose it is, what it is for, and whether it is in force."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    label: FreeText
    stores: list[str] = Field(description="Store ids it may publish for; '*' stands for all.")
    sources: list[str] = Field(description="Sources it may publish as; '*' stands for all.")
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None = None

    def permits_store(self, store_id: str) -> bool:
        """Whether an event of this store may be published with the key."""
        return ANY in self.stores or store_id in self.stores

    def permits_source(self, source: str) -> bool:
        """Whether an event of this source may be published with the key."""
        return ANY in self.sources or source in self.sources

    def permits(self, store_id: str, source: str) -> bool:
        """Whether an event of this store and source may be published with the key."""
        return self.permits_store(store_id) and self.permits_source(source)


class Key(KeyScope):
    """An API key as it is stored: its hash and its scope, never the secret."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NewKey(NamedTuple):
    """A key just made, with the token that is shown once and stored nowhere."""

    key: Key
    token: str


class KeySource(Protocol):
    """Whoever knows the API keys in force."""

    def identify(self, token: str) -> Key | None:
        """The key that a token belongs to; None if there is none or it is revoked."""
        ...


class KeyRing:
    """Keys in memory."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = {key.key_id: key for key in keys}

    def identify(self, token: str) -> Key | None:
        """The key that a token belongs to; None if there is none or it is revoked."""
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        key = self._keys.get(key_id)
        # An unknown id is compared as well, so that the time taken tells nothing about which ids there are.
        expected = key.sha256 if key is not None else "0" * 64
        matches = hmac.compare_digest(_digest(secret), expected)
        if key is None or not matches or prefix != _PREFIX or key.revoked_at is not None:
            return None
        return key


def new_key(label: str, *, stores: list[str], sources: list[str], now: datetime) -> NewKey:
    """Make a key with a secret of 256 random bits."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = Key(
        key_id=key_id, sha256=_digest(secret), label=label, stores=stores, sources=sources, created_at=now
    )
    return NewKey(key, f"{_PREFIX}_{key_id}_{secret}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()

"""What every kind of key has in common, and how a token is known by its hash.

A key reads ``<prefix>_<key id>_<secret>``. The secret has 256 bits of chance, so a plain SHA-256 of it can be
stored: stretching as for passwords would protect nothing more and cost every request. Comparisons take
constant time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Annotated, Final, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from daybook.schemas.fields import FreeText

ANY: Final = "*"
"""Stands for all stores, or all sources."""


class KeyHead(BaseModel):
    """What is known of any key: whose it is, and whether it is in force."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    label: FreeText
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None = None


class HashedKey(KeyHead):
    """A key as it is stored: its hash, never the secret."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


KeyT = TypeVar("KeyT", bound=HashedKey)


class HashedKeys(Generic[KeyT]):
    """Keys of one prefix in memory, found by their tokens."""

    def __init__(self, prefix: str, keys: Iterable[KeyT]) -> None:
        self._prefix = prefix
        self._keys = {key.key_id: key for key in keys}

    def identify(self, token: str) -> KeyT | None:
        """The key that a token belongs to; None if there is none or it is revoked."""
        prefix, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        key = self._keys.get(key_id)
        # An unknown id is compared as well, so that the time taken tells nothing about which ids there are.
        expected = key.sha256 if key is not None else "0" * 64
        matches = hmac.compare_digest(digest(secret), expected)
        if not matches or prefix != self._prefix:
            return None
        return self.in_force(key_id)

    def in_force(self, key_id: str) -> KeyT | None:
        """The key of an id; None if there is none or it is revoked."""
        key = self._keys.get(key_id)
        return None if key is None or key.revoked_at is not None else key


def token_of(prefix: str, key_id: str, secret: str) -> str:
    """The token that its holder is shown, once."""
    return f"{prefix}_{key_id}_{secret}"


def digest(secret: str) -> str:
    """SHA-256 of a secret, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()

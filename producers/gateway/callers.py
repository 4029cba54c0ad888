"""Who a request comes from: by API key, which is known from its headers, or by signature over its body."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from fastapi import Request

from daybook.producers.gateway.keys import KeyScope, KeySource
from daybook.producers.gateway.refusals import Refusal
from daybook.producers.gateway.signatures import (
    SIGNATURE_HEADER,
    Signed,
    SigningKey,
    SigningKeySource,
    is_signed,
    signed,
    signer,
)

KEY_PARAMETER: Final = "key"
MOST_TRIED: Final = 16
"""Signing keys that are tried where the address names none."""
_HASHED_AT_ONCE: Final = 256 * 1024


class UseNotes(Protocol):
    """Whoever wants to know that a key was used."""

    def note(self, key_id: str, now: datetime) -> None:
        """A key is used."""
        ...


class Callers:
    """Identifies callers, and notes that their keys are used."""

    def __init__(
        self, keys: KeySource, signing: SigningKeySource | None = None, uses: UseNotes | None = None
    ) -> None:
        self._keys = keys
        self._signing = signing
        self._uses = uses

    def by_headers(self, request: Request, now: datetime) -> KeyScope | Signed:
        """The key of a request, or its signature, which only the body can prove.

        Raises:
            Refusal: 401 without either; the body need not be read then.
        """
        if self._signing is not None and is_signed(request.headers):
            return signed(request.headers, now)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = self._keys.identify(token.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise Refusal(
                401, "unknown_key", "Send a valid API key as a bearer token.", field="authorization",
                challenge=True,
            )  # fmt: skip
        return key

    async def by_body(self, caller: KeyScope | Signed, raw: bytes, request: Request) -> KeyScope:
        """The key of a request whose body is there, exactly as it was sent.

        Raises:
            Refusal: 401 where no key in force made the signature.
        """
        if isinstance(caller, KeyScope):
            return caller
        keys = self._candidates(request.query_params.getlist(KEY_PARAMETER))
        if len(raw) * len(keys) > _HASHED_AT_ONCE:
            key = await asyncio.to_thread(signer, caller, raw, keys)
        else:
            key = signer(caller, raw, keys)
        if key is None:
            raise Refusal(
                401, "bad_signature", "No signing key in force made this signature.", field=SIGNATURE_HEADER
            )
        return key

    def note_use(self, key: KeyScope, now: datetime) -> None:
        """The key is used."""
        if self._uses is not None:
            self._uses.note(key.key_id, now)

    def _candidates(self, named: Sequence[str]) -> list[SigningKey]:
        keys = self._signing.in_force() if self._signing is not None else []
        if named:
            return [key for key in keys if key.key_id in named]
        if len(keys) > MOST_TRIED:
            raise Refusal(
                401, "key_not_named", "Name the signing key in the address: ?key=<key id>.",
                field=KEY_PARAMETER,
            )  # fmt: skip
        return keys

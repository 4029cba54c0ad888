"""Signed requests, in the form of Standard Webhooks (specification 1.0.0, symmetric signatures). Pure.

Three headers: ``webhook-id``, ``webhook-timestamp`` in seconds of Unix time, and ``webhook-signature``: one
or more of ``v1,<base64>``, parted by spaces. Signed, with HMAC-SHA256, is ``<id>.<timestamp>.<raw body>``.
A secret reads ``whsec_<base64>`` of 24 to 64 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final, NamedTuple, Protocol

from pydantic import AfterValidator, Field

from daybook.producers.gateway.keys import KeyScope
from daybook.producers.gateway.refusals import Refusal

TOLERANCE_SECONDS: Final = 300
ID_HEADER: Final = "webhook-id"
TIME_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
_LENGTHS: Final = range(24, 65)
_ID: Final = re.compile(r"[\x21-\x7e]{1,256}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_MOST_SIGNATURES: Final = 8


def _checked_secret(secret: str) -> str:
    secret_bytes(secret)
    return secret


class SigningKey(KeyScope):
    """A key that requests are signed with. Its secret is needed to check them, so it is kept as it is."""

    secret: Annotated[str, AfterValidator(_checked_secret), Field(repr=False)]


class SigningKeySource(Protocol):
    """Whoever knows the signing keys."""

    def in_force(self) -> list[SigningKey]:
        """All that are not revoked."""
        ...


class Signed(NamedTuple):
    """What a request's headers say about its signature."""

    message_id: str
    timestamp: str
    signatures: list[bytes]


def new_signing_key(label: str, *, stores: list[str], sources: list[str], now: datetime) -> SigningKey:
    """Make a key with a secret of 256 random bits."""
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    return SigningKey(
        key_id=secrets.token_hex(6),
        label=label,
        stores=stores,
        sources=sources,
        created_at=now,
        secret=secret,
    )


def secret_bytes(secret: str) -> bytes:
    """The bytes behind a secret as it is written.

    Raises:
        ValueError: it is not ``whsec_`` and the base64 of 24 to 64 bytes.
    """
    text = secret.removeprefix(_PREFIX)
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        found = b""
    if text == secret or len(found) not in _LENGTHS:
        raise ValueError("a signing secret is whsec_ and the base64 of 24 to 64 bytes")
    return found


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> bytes:
    """The HMAC-SHA256 of a message."""
    mac = hmac.new(secret_bytes(secret), f"{message_id}.{timestamp}.".encode(), hashlib.sha256)
    mac.update(body)
    return mac.digest()


def signed_headers(secret: str, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The headers that a sender puts on a request."""
    timestamp = str(int(now.timestamp()))
    made = base64.b64encode(signature(secret, message_id, timestamp, body)).decode()
    return {ID_HEADER: message_id, TIME_HEADER: timestamp, SIGNATURE_HEADER: f"v1,{made}"}


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether a request carries any of the three headers."""
    return any(name in headers for name in (ID_HEADER, TIME_HEADER, SIGNATURE_HEADER))


def signed(headers: Mapping[str, str], now: datetime) -> Signed:
    """Read the headers and hold the timestamp against the clock.

    Raises:
        Refusal: 401 where a header is missing or malformed, or the timestamp is over five minutes off.
    """
    message_id, timestamp = headers.get(ID_HEADER, ""), headers.get(TIME_HEADER, "")
    if not _ID.fullmatch(message_id):
        raise Refusal(401, "bad_signature", "The message id is missing or malformed.", field=ID_HEADER)
    if not _SECONDS.fullmatch(timestamp):
        raise Refusal(401, "bad_signature", "The timestamp is seconds of Unix time.", field=TIME_HEADER)
    if abs(int(timestamp) - int(now.timestamp())) > TOLERANCE_SECONDS:
        raise Refusal(401, "old_signature", "The timestamp is more than five minutes off.", field=TIME_HEADER)
    found = list(_signatures(headers.get(SIGNATURE_HEADER, "")))
    if not found:
        raise Refusal(401, "bad_signature", "There is no signature v1,<base64>.", field=SIGNATURE_HEADER)
    return Signed(message_id, timestamp, found)


def signer(message: Signed, body: bytes, keys: Iterable[SigningKey]) -> SigningKey | None:
    """The key that a message was signed with; None if it is none of these. The time taken tells nothing."""
    found: SigningKey | None = None
    for key in keys:
        expected = signature(key.secret, message.message_id, message.timestamp, body)
        # No short cut: every key is held against every signature, whichever fits.
        fitting = [hmac.compare_digest(expected, given) for given in message.signatures]
        if any(fitting) and found is None:
            found = key
    return found


def _signatures(text: str) -> Iterable[bytes]:
    for part in text.split(" ")[:_MOST_SIGNATURES]:
        version, _, encoded = part.partition(",")
        if version == "v1":
            try:
                yield base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                continue

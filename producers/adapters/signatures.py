"""Checking that a delivery is genuine: HMAC and logins, in constant time, with several secrets in force."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

MISSING: Final = "signature_missing"
WRONG: Final = "signature_wrong"
OLD: Final = "signature_old"
FOREIGN: Final = "account_unknown"
"""Stable codes of refusals. Outward all of them are one answer; the log has the code."""

TOLERANCE_SECONDS: Final = 300
"""How far a signature's own time may be from now, either way."""


def digest(secret: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 over the parts, one after the other."""
    made = hmac.new(secret, digestmod=hashlib.sha256)
    for part in parts:
        made.update(part)
    return made.digest()


def sign_base64(secret: bytes, *parts: bytes) -> str:
    """The signature as Shopify, WooCommerce and Square write it."""
    return base64.b64encode(digest(secret, *parts)).decode()


def sign_hex(secret: bytes, *parts: bytes) -> str:
    """The signature as Stripe writes it."""
    return digest(secret, *parts).hex()


def check(given: Iterable[str], secrets: Sequence[bytes], sign: Callable[[bytes], str]) -> str | None:
    """``MISSING``, ``WRONG`` or None: whether any given signature is that of any secret.

    Every pair is compared, whichever fits, so that the time taken does not tell which did.
    """
    candidates = [text.strip() for text in given if text.strip()]
    wanted = [sign(secret) for secret in secrets]
    fits = False
    for candidate in candidates:
        for right in wanted:
            fits |= hmac.compare_digest(candidate.encode("utf-8", "surrogateescape"), right.encode())
    if not candidates:
        return MISSING
    return None if fits else WRONG


def check_body(given: str, body: bytes, secrets: Sequence[bytes]) -> str | None:
    """``MISSING``, ``WRONG`` or None: whether a base64 signature of the whole body is that of any secret."""
    return check([given], secrets, lambda secret: sign_base64(secret, body))


def fresh(signed_at: str, now: datetime, tolerance_seconds: int = TOLERANCE_SECONDS) -> bool:
    """Whether a signature's own time, in Unix seconds, is near enough to now, before or after."""
    if not (signed_at.isascii() and signed_at.isdigit() and len(signed_at) <= 12):
        return False
    return abs(now.timestamp() - int(signed_at)) <= tolerance_seconds


def check_basic(authorization: str, secrets: Sequence[bytes]) -> str | None:
    """``MISSING``, ``WRONG`` or None for a basic login; a secret is ``user:password``."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        login = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        login = b""
    fits = False
    for secret in secrets:
        fits |= hmac.compare_digest(digest(secret, login), digest(secret, secret))
    if scheme.lower() != "basic" or not login:
        return MISSING
    return None if fits else WRONG

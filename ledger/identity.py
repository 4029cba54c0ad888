"""What makes an event that event: its source and its id, as 16 bytes."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

SIZE: Final = 16
"""Bytes of an identity."""
_BLANK: Final = blake2b(digest_size=SIZE)


def identity(source: str, event_id: str) -> bytes:
    """16 bytes that stand for (source, event_id). The separator can be in neither."""
    digest = _BLANK.copy()
    digest.update(f"{source}\0{event_id}".encode())
    return digest.digest()

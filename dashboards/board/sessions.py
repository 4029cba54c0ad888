"""What a browser keeps in a key's place: ``<key id>.<end>.<mac>``, signed, so that it lasts over a restart.

The key itself is sent once and stored nowhere. A session ends after thirty days, and with its key.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

LASTS: Final = timedelta(days=30)


class Sessions:
    """Signs sessions and knows them again. ``secret`` has at least 32 bytes of chance."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("a secret of at least 32 bytes is needed")
        self._secret = secret

    def issue(self, key_id: str, now: datetime) -> str:
        """A session of a key from an aware time on."""
        head = f"{key_id}.{int((now + LASTS).timestamp())}"
        return f"{head}.{self._mac(head)}"

    def key_id(self, session: str, now: datetime) -> str | None:
        """The id of the key that a session stands for; None if it is not ours, or over."""
        head, _, mac = session.rpartition(".")
        key_id, _, end = head.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(head).encode()):
            return None
        return key_id if int(end) > now.timestamp() else None

    def _mac(self, head: str) -> str:
        return hmac.new(self._secret, head.encode(), hashlib.sha256).hexdigest()

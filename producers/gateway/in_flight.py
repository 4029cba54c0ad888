"""How much may be under way at once: requests, and bytes of bodies in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from daybook.producers.gateway.refusals import Refusal

RETRY_SECONDS: Final = 1.0


class InFlight:
    """Counts requests under way, of all keys and of each."""

    def __init__(self, limit: int, per_key: int) -> None:
        self._limit = limit
        self._per_key = per_key
        self._keys: Counter[str] = Counter()

    @contextmanager
    def slot(self, key_id: str) -> Iterator[None]:
        """A place for one request, for as long as the block runs.

        Raises:
            Refusal: 429 where the key has too many under way, 503 where all together have.
        """
        if self._keys[key_id] >= self._per_key:
            raise Refusal(
                429, "key_busy", f"At most {self._per_key} requests of one key at a time.",
                retry_after=RETRY_SECONDS,
            )  # fmt: skip
        if self._keys.total() >= self._limit:
            raise Refusal(503, "busy", "Too many requests are under way.", retry_after=RETRY_SECONDS)
        self._keys[key_id] += 1
        try:
            yield
        finally:
            self._keys[key_id] -= 1
            if not self._keys[key_id]:
                del self._keys[key_id]


class Buffered:
    """Counts the bytes of all bodies in memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.bytes = 0

    def add(self, count: int) -> None:
        """Take note of more bytes.

        Raises:
            Refusal: 503 where they are too many; they are counted all the same.
        """
        self.bytes += count
        if self.bytes > self._limit:
            raise Refusal(503, "busy", "Too much is being received.", retry_after=RETRY_SECONDS)

    def free(self, count: int) -> None:
        """They are in memory no more."""
        self.bytes -= count

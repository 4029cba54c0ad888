"""Remembered event identities: who was counted already. Kept by arrival, forgotten by whole hours."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

REMEMBER_HOURS: Final = 97
"""An event counts as late 72 hours after its own time, which may be 24 hours after its first arrival: until
then nobody looks it up, so its identity has to be remembered here. Rounded up to whole hours."""
HOUR_MS: Final = 3_600_000
_SIZE: Final = 16
_BLANK: Final = blake2b(digest_size=_SIZE)


def identity(source: str, event_id: str) -> bytes:
    """16 bytes that stand for (source, event_id). The separator can be in neither."""
    digest = _BLANK.copy()
    digest.update(f"{source}\0{event_id}".encode())
    return digest.digest()


class Remembered:
    """Identities with the hour of their arrival. ``forgotten_before``: versions below it may be missing."""

    def __init__(self) -> None:
        self._ids: set[bytes] = set()
        self._hours: dict[int, list[bytes]] = {}
        self._last_version: dict[int, int] = {}
        self._chunks: dict[int, list[bytes]] = {}
        self._fresh: dict[int, list[bytes]] = {}
        self.forgotten_before = 0

    def __contains__(self, identity: bytes) -> bool:
        return identity in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, identity: bytes, recorded_at: int, version: int) -> None:
        """Remember an identity that arrived at ``recorded_at`` (epoch milliseconds), at a version."""
        hour = recorded_at // HOUR_MS
        self._ids.add(identity)
        self._hours.setdefault(hour, []).append(identity)
        self._fresh.setdefault(hour, []).append(identity)
        self._last_version[hour] = version

    def add_all(
        self, identities: Sequence[bytes], recorded_at: Sequence[int], versions: Sequence[int]
    ) -> list[int]:
        """Remember many identities in their order; the places of those that were there already."""
        repeats = []
        for place, one in enumerate(identities):
            if one in self._ids:
                repeats.append(place)
            else:
                self.add(one, recorded_at[place], versions[place])
        return repeats

    def forget(self, now: int) -> list[bytes]:
        """Drop what arrived too long before ``now`` (epoch milliseconds); the keys of the dropped chunks."""
        dropped: list[bytes] = []
        for hour in [h for h in self._hours if h < now // HOUR_MS - REMEMBER_HOURS]:
            self._ids.difference_update(self._hours.pop(hour))
            self.forgotten_before = max(self.forgotten_before, self._last_version.pop(hour) + 1)
            self._fresh.pop(hour, None)
            dropped.extend(self._chunks.pop(hour, []))
        return dropped

    def take_fresh(self) -> list[tuple[bytes, bytes]]:
        """Chunks (key, value) of what was added since the last call."""
        out = []
        for hour, ids in self._fresh.items():
            key = b"ids|%d|%d" % (hour, self._last_version[hour])
            self._chunks.setdefault(hour, []).append(key)
            out.append((key, b"".join(ids)))
        self._fresh = {}
        return out

    def restore(self, key: bytes, value: bytes) -> None:
        """Take over a chunk."""
        hour, version = map(int, key.split(b"|")[1:])
        ids = [value[i : i + _SIZE] for i in range(0, len(value), _SIZE)]
        self._ids.update(ids)
        self._hours.setdefault(hour, []).extend(ids)
        self._last_version[hour] = max(version, self._last_version.get(hour, 0))
        self._chunks.setdefault(hour, []).append(key)

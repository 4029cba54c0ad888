"""Remembered event identities: who was counted already. Kept by arrival, forgotten by whole hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np

from daybook.ledger.identities import SortedIdentities
from daybook.ledger.identity import SIZE

REMEMBER_HOURS: Final = 97
"""An event counts as late 72 hours after its own time, which may be 24 hours after its first arrival: until
then nobody looks it up, so its identity has to be remembered here. Rounded up to whole hours."""
HOUR_MS: Final = 3_600_000
CHUNK: Final = 512
"""Identities from which on a chunk is told no more: a smaller one is told again with what comes to it."""
_YOUNG: Final = 65_536
"""Identities that may wait in a dict until they are sorted in among the old, beside a sixteenth of those."""
PREFIX: Final = b"ids|"
_HEAD: Final = 8
"""Bytes before a chunk's identities: the version of the last of them."""


class _Chunk:
    """Identities of one hour that are told together."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.identities: list[bytes] = []


class Remembered:
    """Identities with the hour of their arrival. ``forgotten_before``: versions below it may be missing."""

    def __init__(self) -> None:
        self._old = SortedIdentities()
        self._young: dict[bytes, int] = {}
        self._last_version: dict[int, int] = {}
        self._open: dict[int, _Chunk] = {}
        self._chunks: dict[int, int] = {}
        self._fresh: set[int] = set()
        self.forgotten_before = 0

    def __contains__(self, identity: bytes) -> bool:
        return identity in self._young or bool(self._old.contains([identity])[0])

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def add(self, identity: bytes, recorded_at: int, version: int) -> None:
        """Remember an identity that arrived at ``recorded_at`` (epoch milliseconds), at a version."""
        self._add_new([identity], recorded_at // HOUR_MS, version)

    def add_all(
        self, identities: Sequence[bytes], recorded_at: Sequence[int], versions: Sequence[int]
    ) -> list[int]:
        """Remember many identities in their order; the places of those that were there already."""
        known = {identities[place] for place in np.flatnonzero(self._old.contains(identities)).tolist()}
        first = dict(zip(reversed(identities), range(len(identities) - 1, -1, -1), strict=True))
        known |= self._young.keys() & first.keys()
        new = sorted(place for one, place in first.items() if one not in known)
        hours = [recorded_at[place] // HOUR_MS for place in new]
        for hour in dict.fromkeys(hours):
            places = [place for place, at in zip(new, hours, strict=True) if at == hour]
            self._add_new([identities[place] for place in places], hour, versions[places[-1]])
        return sorted(set(range(len(identities))).difference(new)) if len(new) < len(identities) else []

    def _add_new(self, identities: Sequence[bytes], hour: int, version: int) -> None:
        self._young.update(zip(identities, repeat(hour)))
        chunk = self._open.get(hour)
        if chunk is None:
            chunk = self._open[hour] = _Chunk(self._chunks.get(hour, 0))
            self._chunks[hour] = chunk.number + 1
        chunk.identities += identities
        self._last_version[hour] = version
        self._fresh.add(hour)

    def settle(self) -> None:
        """Sort young identities in among the old, if there are many of them."""
        if len(self._young) > _YOUNG + len(self._old) // 16:
            hours = np.fromiter(self._young.values(), np.uint32, len(self._young))
            self._old.add(b"".join(self._young), hours)
            self._young = {}

    def forget(self, now: int) -> list[bytes]:
        """Drop what arrived too long before ``now`` (epoch milliseconds); the keys of the dropped chunks."""
        first = now // HOUR_MS - REMEMBER_HOURS
        gone = [hour for hour in self._chunks if hour < first]
        if not gone:
            return []
        self._old.forget(first)
        self._young = {identity: hour for identity, hour in self._young.items() if hour >= first}
        dropped: list[bytes] = []
        for hour in gone:
            self.forgotten_before = max(self.forgotten_before, self._last_version.pop(hour) + 1)
            self._open.pop(hour, None)
            self._fresh.discard(hour)
            dropped += [_key(hour, number) for number in range(self._chunks.pop(hour))]
        return dropped

    def take_fresh(self) -> list[tuple[bytes, bytes]]:
        """Chunks (key, value) of what was added since the last call."""
        out = []
        for hour in sorted(self._fresh):
            chunk = self._open[hour]
            head = self._last_version[hour].to_bytes(_HEAD, "big")
            out.append((_key(hour, chunk.number), head + b"".join(chunk.identities)))
            if len(chunk.identities) >= CHUNK:
                del self._open[hour]
        self._fresh = set()
        return out

    def restore(self, key: bytes, value: bytes) -> None:
        """Take over a chunk, told last under its key."""
        hour, number = map(int, key.split(b"|")[1:])
        identities = value[_HEAD:]
        count = len(identities) // SIZE
        self._old.add(identities, np.full(count, hour, np.uint32))
        version = int.from_bytes(value[:_HEAD], "big")
        self._last_version[hour] = max(version, self._last_version.get(hour, 0))
        self._chunks[hour] = max(number + 1, self._chunks.get(hour, 0))
        if count < CHUNK:
            chunk = self._open[hour] = _Chunk(number)
            chunk.identities = [identities[at : at + SIZE] for at in range(0, len(identities), SIZE)]


class Chunk(NamedTuple):
    """Identities of one hour as they are told, and the version of the last of them."""

    hour: int
    version: int
    identities: list[bytes]


def unpacked(key: bytes, value: bytes) -> Chunk:
    """A chunk from its record."""
    body = value[_HEAD:]
    identities = [body[at : at + SIZE] for at in range(0, len(body), SIZE)]
    return Chunk(int(key.split(b"|")[1]), int.from_bytes(value[:_HEAD], "big"), identities)


def packed(hour: int, version: int, identities: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """An hour's identities as the records of whole chunks, numbered from the first."""
    head = version.to_bytes(_HEAD, "big")
    for number, start in enumerate(range(0, len(identities), CHUNK)):
        yield _key(hour, number), head + b"".join(identities[start : start + CHUNK])


def _key(hour: int, number: int) -> bytes:
    return b"%b%d|%d" % (PREFIX, hour, number)

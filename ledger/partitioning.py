"""Which partition a key lies on, by the two partitioners that Kafka's clients use without being told.

Java's client and aiokafka go by murmur2 (Kafka's built-in partitioner), librdkafka by CRC-32 (its
``consistent_random``).
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

_SEED: Final = 0x9747B28C
_M: Final = 0x5BD1E995
_WORD: Final = 0xFFFFFFFF


def home(key: bytes, partitions: int) -> int:
    """The partition on which a record of this key is put by murmur2."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def homes(key: bytes, partitions: int, *, one: bool = False) -> frozenset[int]:
    """The partitions on which a record of this key may have been put: one for each partitioner.

    ``one`` says that murmur2 is the only one in use.
    """
    first = home(key, partitions)
    return frozenset({first} if one else {first, crc32(key) % partitions})


def murmur2(data: bytes) -> int:
    """The 32-bit hash of Austin Appleby's MurmurHash2, with Kafka's seed; unsigned."""
    mixed = _SEED ^ len(data)
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * _M & _WORD
        word = (word ^ word >> 24) * _M & _WORD
        mixed = (mixed * _M & _WORD) ^ word
    if rest := data[whole:]:
        mixed = (mixed ^ int.from_bytes(rest, "little")) * _M & _WORD
    mixed = (mixed ^ mixed >> 13) * _M & _WORD
    return mixed ^ mixed >> 15

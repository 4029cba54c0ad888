"""Positions in the source log, ordered across its epochs.

An epoch is the minute, counted from 2020-01-01T00:00Z, in which the source topic was created. It rises with
every creation, so that the offsets of a new topic come after all of an older one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

OFFSET_BITS: Final = 40
_EPOCH_ZERO: Final = datetime(2020, 1, 1, tzinfo=UTC)


def epoch_at(instant: datetime) -> int:
    """The epoch of a topic created at an instant."""
    return int((instant - _EPOCH_ZERO).total_seconds()) // 60


def version(epoch: int, offset: int) -> int:
    """One unsigned 64-bit number that orders the positions of a partition."""
    return epoch << OFFSET_BITS | offset


def epoch_of(position: int) -> int:
    """The epoch in a version."""
    return position >> OFFSET_BITS


def offset_of(position: int) -> int:
    """The offset in a version."""
    return position & ((1 << OFFSET_BITS) - 1)

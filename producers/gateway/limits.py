"""What the gateway takes from one request, one key, and all together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the gateway; whoever composes may set others."""

    body_bytes: int = 8 * MEBIBYTE
    """Of one body, as it is sent and as it unfolds."""
    events: int = 500
    """In one request."""
    depth: int = 32
    """Levels of nesting in one event."""
    events_per_second: float = 5_000.0
    """For one key, on the long run; a request counts as one event at least."""
    burst_events: int = 20_000
    """What a key may send at once after a pause."""
    in_flight: int = 256
    """Requests under way, from their admission to Kafka's acknowledgement."""
    in_flight_per_key: int = 64
    buffered_bytes: int = 256 * MEBIBYTE
    """Of all bodies in memory."""
    body_seconds: float = 30.0
    """For which a body may take to arrive."""

"""How many events a key may send: a token bucket. Pure: time comes in as an argument, in seconds."""

from __future__ import annotations

from typing import NamedTuple


class Bucket(NamedTuple):
    """What a key may send at an instant, in events."""

    tokens: float
    at: float


def take(
    bucket: Bucket | None, cost: float, now: float, *, rate: float, burst: float
) -> tuple[Bucket, float]:
    """Take events out of a bucket that fills by ``rate`` a second up to ``burst``; None is a full one.

    Returns the bucket as it is then, and the seconds to wait: 0 if the events were taken, else until they
    could be. What costs more than the burst waits for a full bucket, and leaves a debt behind.
    """
    if bucket is None:
        bucket = Bucket(burst, now)
    tokens = min(burst, bucket.tokens + max(0.0, now - bucket.at) * rate)
    wait = (min(cost, burst) - tokens) / rate
    if wait > 0:
        return Bucket(tokens, now), wait
    return Bucket(tokens - cost, now), 0.0


class Rates:
    """A bucket for each key."""

    def __init__(self, *, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: dict[str, Bucket] = {}

    def take(self, key_id: str, cost: float, now: float) -> float:
        """Seconds for which a key has to wait before it sends this many events; 0 if it may now."""
        bucket, wait = take(self._buckets.get(key_id), cost, now, rate=self._rate, burst=self._burst)
        self._buckets[key_id] = bucket
        return wait

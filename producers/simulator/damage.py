"""Ways in which what arrives is no good, each with the reason that its dead letter will give."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import orjson


class Damaged(NamedTuple):
    """Bytes that will not count, and why not: a dead-letter reason."""

    value: bytes
    reason: str


def damage(rng: Random, event: dict[str, Any]) -> Damaged:
    """One of the ways, applied to a good event. Its id is changed: the good one may still come."""
    event = event | {"event_id": f"{event['event_id']}-damaged"}
    whole = orjson.dumps(event)
    ways = (
        Damaged(whole[: rng.randrange(20, len(whole) - 1)], "malformed_json"),
        Damaged(b"\x00\xff\xfe" + rng.randbytes(40), "malformed_json"),
        Damaged(_with(event, currency="ZZZ"), "unknown_currency"),
        Damaged(_with(event, schema_version="1.7", loyalty_points=12), "newer_version"),
        Damaged(_with(event, store_id="pop-up-stall"), "unknown_store"),
        Damaged(_with(event, charged=str(event.get("charged", 0))), "wrong_type"),
        Damaged(_with(event, campaign="card 4111 1111 1111 1111"), "personal_data_card"),
        Damaged(_with(event, time="2026-02-30T12:00:00Z"), "impossible_time"),
    )
    return rng.choice(ways)


def _with(event: dict[str, Any], **changes: Any) -> bytes:
    return orjson.dumps(event | changes)

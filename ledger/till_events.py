"""What an event says of the till that it came from, read as little as that takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final, NamedTuple

import orjson

from daybook.ledger.identity import identity
from daybook.schemas.codec import EventRefused, decode_event

_AHEAD: Final = timedelta(hours=24)
"""What occurred so much later than it was recorded is a dead letter."""
_ID_BYTES: Final = 8


class Kind(Enum):
    """What a till did."""

    SALE = "sale"
    REFUND = "refund"
    VOID = "void"


_KINDS: Final = {
    "sale.completed": Kind.SALE,
    "order.snapshot": Kind.SALE,
    "sale.refunded": Kind.REFUND,
    "sale.voided": Kind.VOID,
}


class TillEvent(NamedTuple):
    """A sale, refund or void: where, when (aware), and of the last two a short hash of their identity."""

    store_id: str
    till_id: str
    at: datetime
    kind: Kind
    identity: bytes = b""


def till_event(value: bytes, recorded_at: datetime) -> TillEvent | None:
    """What an event says of its till; None where it says nothing, as a test sale or what is no event.

    A sale counts as a sign of life though its sums may not add up; a refund or void only if it is valid.
    """
    try:
        found: Any = orjson.loads(value)
        kind = _KINDS[found["type"]]
        at = datetime.fromisoformat(found["placed_at" if found["type"] == "order.snapshot" else "time"])
        event = TillEvent(str(found["store_id"]), str(found.get("till_id") or ""), at.astimezone(UTC), kind)
        if found.get("test") or at > recorded_at + _AHEAD:
            return None
        if kind is Kind.SALE:
            return event
        decode_event(value)
        return event._replace(identity=identity(found["source"], found["event_id"])[:_ID_BYTES])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, EventRefused):
        return None

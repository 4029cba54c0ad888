"""What the totals agent tells others: states with their position, outcomes, dead letters, as JSON."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import orjson

from daybook.ledger.positions import version


class TotalsBucket(NamedTuple):
    """The state of a bucket of totals. An entry is [version of its last change, stored measures ...]."""

    epoch: int
    partition: int
    version: int
    book: str
    business_date: str
    currency: str
    dimension: str
    entries: dict[str, list[int]]


class PartitionPosition(NamedTuple):
    """How far a partition is counted: received = counted + duplicates + superseded + dead."""

    epoch: int
    partition: int
    next_offset: int
    received: int
    counted: int
    duplicates: int
    superseded: int
    dead: int
    recorded_at: int
    """Time of the last counted record in the log, epoch milliseconds."""
    missing: int = 0
    """Records that retention took away before they were read."""
    forgotten_before: int = 0
    """Ids of records before this version are no longer remembered."""

    @property
    def version(self) -> int:
        """The position as one number."""
        return version(self.epoch, self.next_offset)


class Outcome(NamedTuple):
    """Why the event at a position is not, or no longer, counted: duplicate, superseded, replaced or dead."""

    epoch: int
    offset: int
    outcome: str
    reason: str


class Outcomes(NamedTuple):
    """All outcomes of one checkpoint of a partition."""

    partition: int
    outcomes: list[Outcome]


class DeadLetter(NamedTuple):
    """An event that could not be counted, with its reason and where it stands."""

    epoch: int
    topic: str
    partition: int
    offset: int
    recorded_at: int
    reason: str
    field: str
    detail: str
    original: bytes
    redacted: bool
    replayable: bool
    order_id: str


def encode(message: TotalsBucket | PartitionPosition) -> bytes:
    """A state as JSON."""
    return orjson.dumps(message._asdict())


def decode_totals(value: bytes) -> TotalsBucket | PartitionPosition:
    """A state from ``sales.totals``.

    Raises:
        ValueError, TypeError: not such a message.
    """
    body = orjson.loads(value)
    return TotalsBucket(**body) if "entries" in body else PartitionPosition(**body)


def encode_outcomes(message: Outcomes) -> bytes:
    """Outcomes as JSON."""
    return orjson.dumps({"partition": message.partition, "outcomes": [list(o) for o in message.outcomes]})


def decode_outcomes(value: bytes) -> Outcomes:
    """Outcomes from ``sales.outcomes``.

    Raises:
        ValueError, TypeError, KeyError: not such a message.
    """
    body = orjson.loads(value)
    return Outcomes(body["partition"], [Outcome(*row) for row in body["outcomes"]])


def encode_dead_letter(message: DeadLetter) -> bytes:
    """A dead letter as JSON, its bytes in base64."""
    body: dict[str, Any] = message._asdict()
    body["original"] = base64.b64encode(message.original).decode("ascii")
    return orjson.dumps(body)


def decode_dead_letter(value: bytes) -> DeadLetter:
    """A dead letter from ``sales.dead-letters``.

    Raises:
        ValueError, TypeError, KeyError: not such a message.
    """
    body = orjson.loads(value)
    body["original"] = base64.b64decode(body["original"])
    return DeadLetter(**body)

"""What the totals agent tells others: states with their position, outcomes, dead letters, as JSON."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from daybook.ledger.measures import STORED
from daybook.ledger.positions import version
from daybook.ledger.table import Part

_NUMBERS: Final = {name: number for number, name in enumerate(STORED)}


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
    partition: int | None = None
    """On which the position is, if it is not the one that tells of it."""


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


def encode_part(head: TotalsBucket, part: Part) -> bytes:
    """A bucket's state as JSON: its keys, and for each a row of the measures that any of its table has.

    Args:
        head: the bucket without its entries.
        part: its totals as of the head's version.
    """
    rows = orjson.dumps(part.rows, option=orjson.OPT_SERIALIZE_NUMPY)
    return b"".join((_head(head[:-1], part.measures), orjson.dumps(part.keys), b',"rows":', rows, b"}"))


@lru_cache(maxsize=64)
def _head(head: tuple[int | str, ...], measures: tuple[int, ...]) -> bytes:
    """What the buckets of a table have in common, up to their keys."""
    body: dict[str, Any] = dict(zip(TotalsBucket._fields, head, strict=False))
    body["measures"] = [STORED[measure] for measure in measures]
    return orjson.dumps(body)[:-1] + b',"keys":'


def decode_totals(value: bytes) -> TotalsBucket | PartitionPosition:
    """A state from ``sales.totals``; a bucket also as it was told before it had rows.

    Raises:
        ValueError, TypeError, KeyError: not such a message.
    """
    body = orjson.loads(value)
    if "rows" in body:
        measures, keys, rows = (body.pop(name) for name in ("measures", "keys", "rows"))
        part = Part(keys, tuple(_NUMBERS[name] for name in measures), np.array(rows, np.int64))
        return TotalsBucket(**body, entries=part.entries(body["version"]))
    return TotalsBucket(**body) if "entries" in body else PartitionPosition(**body)


def encode_outcomes(message: Outcomes) -> bytes:
    """Outcomes as JSON."""
    return orjson.dumps({"partition": message.partition, "outcomes": [_row(o) for o in message.outcomes]})


def _row(outcome: Outcome) -> list[object]:
    # Only where it says something: a sink of the version before reads the shorter form alone.
    return list(outcome if outcome.partition is not None else outcome[:4])


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

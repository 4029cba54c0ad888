"""Sending the events of a file in batches, with what was refused set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol

import orjson

from daybook.producers.client import EventLike, PublishResult, encoded
from daybook.schemas.codec import Problem
from daybook.schemas.redaction import redact_event

BATCH: Final = 500


class Refused(NamedTuple):
    """An event that was not sent: its place in the file, from 0, and what is wrong with it."""

    position: int
    problems: Sequence[Problem]

    def document(self) -> dict[str, Any]:
        """The same for JSON."""
        told = [{"code": p.reason.value, "field": p.field, "detail": p.detail} for p in self.problems]
        return {"position": self.position, "problems": told}


@dataclass
class Sent:
    """What became of a file's events so far. ``skipped`` were acknowledged in an earlier run."""

    published: int = 0
    skipped: int = 0
    refused: list[Refused] = field(default_factory=list)


class ManyPublisher(Protocol):
    """The part of the client that is needed here."""

    async def publish_many(self, events: list[EventLike]) -> list[PublishResult]:
        """One result per event, by position."""
        ...


Rejects = Callable[[bytes], None]
"""Takes a line of JSON for each refused event."""


async def send_events(
    publisher: ManyPublisher,
    events: Iterable[EventLike],
    *,
    skip: int = 0,
    acknowledged: Callable[[int], None] = lambda _done: None,
    reject: Rejects | None = None,
) -> Sent:
    """Send events batch by batch, no more than one batch in memory.

    Args:
        publisher: who brings them to Kafka.
        events: the events, in the file's order.
        skip: so many of the first were done before.
        acknowledged: called after each batch with the number of events done, those before included.
        reject: takes each refused event.

    Raises:
        KafkaUnavailable: a batch was not acknowledged in time.
    """
    waiting = iter(events)
    sent = Sent(skipped=sum(1 for _ in islice(waiting, skip)))
    position = sent.skipped
    while batch := list(islice(waiting, BATCH)):
        for event, result in zip(batch, await publisher.publish_many(batch), strict=True):
            if result.accepted:
                sent.published += 1
                continue
            refused = Refused(position + result.position, result.problems)
            sent.refused.append(refused)
            if reject is not None:
                reject(reject_line(event, refused))
        position += len(batch)
        acknowledged(position)
    return sent


def reject_line(event: EventLike, refused: Refused) -> bytes:
    """A refused event with its place and reasons, as a line of JSON; personal data is taken out."""
    shown, redacted = redact_event(_bytes(event))
    line = {**refused.document(), "redacted": redacted, "event": shown.decode("utf-8", "replace")}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _bytes(event: EventLike) -> bytes:
    if isinstance(event, bytes):
        return event
    return orjson.dumps(dict(event), default=str) if isinstance(event, Mapping) else encoded(event)

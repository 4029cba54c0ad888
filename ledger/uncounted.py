"""What was not counted since the last checkpoint, and why: outcomes and dead letters."""

from __future__ import annotations

from typing import Final

from daybook.ledger.arrivals import Record
from daybook.ledger.messages import (
    DeadLetter,
    Outcome,
    Outcomes,
    encode_dead_letter,
    encode_outcomes,
)
from daybook.ledger.positions import epoch_of, offset_of
from daybook.schemas import topics
from daybook.schemas.codec import REPLAYABLE, Problem
from daybook.schemas.redaction import redact_event

COUNTED, DUPLICATE, SUPERSEDED, DEAD = "counted", "duplicate", "superseded", "dead"
"""Outcomes of an arrival; the event of an older snapshot becomes ``replaced`` besides."""
REPLACED: Final = "replaced"
_MOST_KEPT: Final = 2 * 1024 * 1024
"""Bytes of a refused event that its dead letter keeps: what is too large to be written stops a partition."""


class Uncounted:
    """Notes of one partition of a topic. Each gives the outcome that it notes."""

    def __init__(self, partition: int, topic: str = topics.EVENTS) -> None:
        self._partition = partition
        self._topic = topic
        self._outcomes: list[Outcome] = []
        self._dead: list[DeadLetter] = []

    def note(self, epoch: int, record: Record, outcome: str, reason: str = "") -> str:
        """An event that does not count, or not as it came."""
        self._outcomes.append(Outcome(epoch, record.offset, outcome, reason))
        return outcome

    def replaced(self, position: int, partition: int | None = None) -> None:
        """The event at a version counts no longer: a newer snapshot of its order does."""
        self._outcomes.append(Outcome(epoch_of(position), offset_of(position), REPLACED, "", partition))

    def refuse(self, epoch: int, record: Record, problem: Problem, key: str) -> str:
        """A record that becomes a dead letter, without the personal data in it.

        ``key`` is its record key, '' where that is not known.
        """
        original, redacted = redact_event(record.value)
        self._dead.append(
            DeadLetter(
                epoch,
                self._topic,
                self._partition,
                record.offset,
                record.recorded_at,
                problem.reason.value,
                problem.field,
                problem.detail,
                original[:_MOST_KEPT],
                redacted,
                problem.reason in REPLAYABLE and not redacted and len(original) <= _MOST_KEPT,
                key,
            )
        )
        return self.note(epoch, record, DEAD, problem.reason.value)

    def take(self) -> tuple[bytes | None, list[tuple[str, bytes]]]:
        """Messages of all notes since the last call: the outcomes, if any, and dead letters by order id."""
        outcomes = encode_outcomes(Outcomes(self._partition, self._outcomes)) if self._outcomes else None
        dead = [(letter.order_id, encode_dead_letter(letter)) for letter in self._dead]
        self._outcomes, self._dead = [], []
        return outcomes, dead

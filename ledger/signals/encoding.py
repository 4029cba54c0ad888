"""Subjects and buckets of signal totals as JSON, for the changelog and for readers."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

import orjson

from daybook.ledger.signals.facts import Fact, Place, SignalLine
from daybook.ledger.signals.subjects import Subject

SUBJECTS: Final = b"subject|"
"""What the state keys of subjects begin with."""


class SignalBucket(NamedTuple):
    """The state of a bucket of signal totals. An entry is (version of its last change, measures by name)."""

    epoch: int
    partition: int
    version: int
    book: str
    business_date: str
    currency: str
    dimension: str
    entries: dict[str, tuple[int, dict[str, int]]]


def encode_bucket(bucket: SignalBucket) -> bytes:
    """A bucket as JSON."""
    return orjson.dumps(bucket._asdict())


def decode_bucket(value: bytes) -> SignalBucket:
    """A bucket from its JSON.

    Raises:
        ValueError, TypeError: not such a message.
    """
    body: dict[str, Any] = orjson.loads(value)
    body["entries"] = {key: (int(at), dict(told)) for key, (at, told) in body["entries"].items()}
    return SignalBucket(**body)


def subject_id_of(key: bytes) -> str:
    """The subject's own id in its state key; neither its kind nor a source holds a bar."""
    return key.removeprefix(SUBJECTS).decode().split("|", 2)[2]


def encode_subject(subject: Subject) -> bytes:
    """A subject as JSON."""
    # A plain tuple is written as a list, a named one is not.
    facts = {slot: (*fact[:2], list(fact.place), *fact[3:]) for slot, fact in subject.facts.items()}
    lines = [(*line[:3], list(line.place), line.measures) for line in subject.lines]
    return orjson.dumps([subject.hour, facts, lines])


def decode_subject(value: bytes) -> Subject:
    """A subject from its JSON."""
    hour, facts, lines = orjson.loads(value)
    return Subject(hour, {slot: _fact(row) for slot, row in facts.items()}, [_line(row) for row in lines])


def _fact(row: list[Any]) -> Fact:
    order, time, place, what, detail = row
    return Fact(order, time, Place(*place), what, tuple(detail))


def _line(row: list[Any]) -> SignalLine:
    day, quarter, currency, place, measures = row
    told = tuple((name, value) for name, value in measures)
    return SignalLine(date.fromisoformat(day), quarter, currency, Place(*place), told)

"""Records as they arrive: decoded into events, or the problem with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, Protocol

from daybook.ledger.identity import identity
from daybook.schemas.codec import EventRefused, Problem, Reason, decode_event
from daybook.schemas.events import SaleEvent

LATE: Final = timedelta(hours=72)
"""An event that is older on arrival may be a repeat whose first is no longer remembered."""
FUTURE: Final = timedelta(hours=24)
"""An event that occurred later than this after it was recorded is refused."""
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Record(NamedTuple):
    """One record of the source topic. ``recorded_at`` is the log's own time in epoch milliseconds."""

    offset: int
    recorded_at: int
    value: bytes
    received_at: str | None = None


class MissingRecordsError(Exception):
    """A batch begins after the next expected record: what lies between has to be read first."""

    def __init__(self, expected: int, got: int) -> None:
        self.expected = expected
        self.got = got
        super().__init__(f"expected offset {expected}, got {got}")


class LateArrival(Protocol):
    """An arrival that may be a repeat of one whose identity is forgotten."""

    @property
    def identity(self) -> bytes:
        """What tells it from all others."""

    @property
    def record(self) -> Record:
        """As it came."""


class AnyArrival(LateArrival, Protocol):
    """A decoded record, or the problem with it."""

    @property
    def event(self) -> object | None:
        """What it says; None if it cannot be read."""

    @property
    def problem(self) -> Problem | None:
        """Why it cannot count."""

    @property
    def late(self) -> bool:
        """Whether its first may be forgotten, if it is a repeat."""


class Uncountable(Exception):
    """An event that is valid by itself, and cannot be counted here."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail)


class Arrival(NamedTuple):
    """A decoded record: an event with its identity, or the problem with it."""

    record: Record
    event: SaleEvent | None
    identity: bytes
    problem: Problem | None
    late: bool


def arrival(record: Record) -> Arrival:
    """A record, decoded. Whatever its bytes are, this raises nothing."""
    try:
        event = decode_event(record.value)
    except EventRefused as refused:
        return Arrival(record, None, b"", refused.problem, late=False)
    except Exception as error:  # noqa: BLE001 - one bad event must never stop the good ones
        return Arrival(record, None, b"", internal_problem(error), late=False)
    # In whole microseconds: nothing may hang on how a float is rounded.
    age = record.recorded_at * 1000 - (event.time - _1970) // _MICROSECOND
    problem = None
    if age < -FUTURE // _MICROSECOND:
        problem = Problem(Reason.FUTURE_TIME, "time", "more than 24 hours after the log recorded it")
    late = age > LATE // _MICROSECOND
    return Arrival(record, event, identity(event.source, event.event_id), problem, late=late)


def internal_problem(error: Exception | None) -> Problem:
    """The problem of an event that a defect of ours keeps from being counted; it can be replayed."""
    return Problem(Reason.INTERNAL, "", f"could not be processed ({type(error).__name__})")

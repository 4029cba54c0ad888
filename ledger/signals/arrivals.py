"""Records of ``sales.signals`` as they arrive: decoded into signals, or the problem with them."""

from __future__ import annotations

from typing import NamedTuple

from daybook.ledger.arrivals import FUTURE, LATE, Record, internal_problem
from daybook.ledger.identity import identity
from daybook.ledger.signals.facts import seconds
from daybook.ledger.signals.subjects import SubjectKind, subject_kind
from daybook.schemas.codec import EventRefused, Problem, Reason
from daybook.schemas.signals.any import Signal, decode_signal


class SignalArrival(NamedTuple):
    """A decoded record: a signal with its identity and what it is about, or the problem with it."""

    record: Record
    event: Signal | None
    identity: bytes
    kind: SubjectKind | None
    problem: Problem | None
    late: bool


class SignalBatch(NamedTuple):
    """Records that follow each other, decoded."""

    records: list[Record]
    arrivals: list[SignalArrival]
    defect: Exception | None = None
    """Why the fast way failed; there is none for signals."""


def signal_arrival(record: Record) -> SignalArrival:
    """A record, decoded. Whatever its bytes are, this raises nothing."""
    try:
        signal = decode_signal(record.value)
    except EventRefused as refused:
        return SignalArrival(record, None, b"", None, refused.problem, late=False)
    except Exception as error:  # noqa: BLE001 - one bad signal must never stop the good ones
        return SignalArrival(record, None, b"", None, internal_problem(error), late=False)
    age = record.recorded_at // 1000 - seconds(signal.time)
    problem = None
    if age < -FUTURE.total_seconds():
        problem = Problem(Reason.FUTURE_TIME, "time", "more than 24 hours after the log recorded it")
    kind = subject_kind(signal)
    # A lasting subject knows its own versions, however late they come.
    late = age > LATE.total_seconds() and not (kind and kind.lasting)
    return SignalArrival(record, signal, identity(signal.source, signal.event_id), kind, problem, late=late)

"""Alerts: which there are, what was told of them, and what people say to them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field, ValidationError

from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.schemas.alert_commands import (
    AcknowledgeAlert,
    AlertCommand,
    EndSilence,
    SilenceAlerts,
    TestAlert,
)
from daybook.schemas.alerts import Alert, Match, Silence
from daybook.schemas.ticks import encode_tick
from daybook.schemas.validation import first_problem
from daybook.sinks.alerts import OPEN, alerts, alerts_by_key, notifications

State = Literal["pending", "firing", "acknowledged", "silenced", "resolved"]


class ListArgs(Args):
    """Which alerts; those that are not over, if nothing is said."""

    states: list[State] = Field(default_factory=lambda: list(OPEN))  # type: ignore[arg-type]  # the same words
    limit: int = Field(200, ge=1, le=10_000)


class ShowArgs(Args):
    """One alert, by its dedup key or the beginning of it."""

    dedup_key: str = Field(min_length=4, max_length=32, pattern="^[0-9a-f]+$")


class AcknowledgeArgs(ShowArgs):
    """Who takes it on."""

    by: str
    note: str | None = None


class SilenceArgs(Args):
    """What is kept quiet, for how long, and why."""

    match: Match
    minutes: int = Field(ge=1, le=60 * 24 * 30)
    by: str
    reason: str


class UnsilenceArgs(Args):
    """Which silence ends."""

    silence_id: str
    by: str


class TestArgs(Args):
    """Which receiver is tried; all of them, if none is named."""

    __test__ = False  # its name makes pytest look for tests in it

    receiver: str | None = None
    by: str


def list_alerts(place: Place, args: ListArgs) -> Document:
    """Alerts as they stand: what fires first."""
    return {"alerts": [_document(alert) for alert in alerts(place.store, args.states, args.limit)]}


def show_alert(place: Place, args: ShowArgs) -> Document:
    """One alert, and what was told of it.

    Raises:
        CannotAct: there is none, or several begin so.
    """
    alert = _one(place, args.dedup_key)
    told = [
        entry.model_dump(mode="json", exclude_none=True, exclude={"alerts"})
        for entry in notifications(place.store, alert.dedup_key)
    ]
    return {"alert": _document(alert), "notifications": told}


def acknowledge_alert(place: Place, args: AcknowledgeArgs) -> Document:
    """Take an alert on: it is not repeated, and goes on until it is over.

    Raises:
        CannotAct: there is no such alert, or the watcher cannot be told.
    """
    alert = _one(place, args.dedup_key)
    with _refusing():
        _tell(place, AcknowledgeAlert(dedup_key=alert.dedup_key, by=args.by, note=args.note, at=_now()))
    return {"acknowledged": alert.dedup_key, "title": alert.title}


def silence_alerts(place: Place, args: SilenceArgs) -> Document:
    """Keep matching alerts quiet for a while.

    Raises:
        CannotAct: it names nothing, or the watcher cannot be told.
    """
    now = _now()
    with _refusing():
        silence = Silence(
            silence_id=secrets.token_hex(4),
            match=args.match,
            starts_at=now,
            ends_at=now + timedelta(minutes=args.minutes),
            by=args.by,
            reason=args.reason,
        )
        _tell(place, SilenceAlerts(silence=silence, at=now))
    return {"silence": silence.model_dump(mode="json", exclude_none=True)}


def end_silence(place: Place, args: UnsilenceArgs) -> Document:
    """End a silence now.

    Raises:
        CannotAct: the watcher cannot be told.
    """
    with _refusing():
        _tell(place, EndSilence(silence_id=args.silence_id, by=args.by, at=_now()))
    return {"ended": args.silence_id}


def send_test(place: Place, args: TestArgs) -> Document:
    """Have a test alert sent.

    Raises:
        CannotAct: the notifier cannot be told.
    """
    test_id = secrets.token_hex(4)
    with _refusing():
        _tell(place, TestAlert(test_id=test_id, receiver=args.receiver, by=args.by, at=_now()))
    return {"test_id": test_id, "receiver": args.receiver}


def _one(place: Place, key: str) -> Alert:
    found = alerts_by_key(place.store, key)
    if len(found) != 1:
        raise CannotAct(
            f"Several alerts begin with {key}; say more of it." if found else f"There is no alert {key}."
        )
    return found[0]


def _tell(place: Place, command: AlertCommand) -> None:
    if place.command is None:
        raise CannotAct("Only where Kafka is known can alerts be acted on; name it by --bootstrap.")
    place.command(encode_tick(command))


@contextmanager
def _refusing() -> Iterator[None]:
    """What cannot be said so, such as a name that is too long, is told in a sentence."""
    try:
        yield
    except ValidationError as error:
        raise CannotAct(f"It cannot be told so: {first_problem(error)}.") from error


def _document(alert: Alert) -> Document:
    return alert.model_dump(mode="json", exclude_none=True)


def _now() -> datetime:
    return datetime.now(UTC)

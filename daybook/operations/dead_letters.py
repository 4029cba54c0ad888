"""Looking at dead letters."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

import orjson
from pydantic import Field

from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.producers.records import OutgoingRecord
from daybook.schemas import topics
from daybook.sinks.reading import StoredDeadLetter, dead_letter, dead_letters

_ID: Final = r"^\d{1,10}-\d{1,5}-\d{1,15}$"


class LetterArgs(Args):
    """Whose dead letters are meant."""

    signals: bool = Field(False, description="Those of signals instead of those of sales.")


class ListArgs(LetterArgs):
    """The newest, of one reason or of all."""

    reason: str | None = None
    limit: int = Field(100, ge=1, le=100_000)


class ShowArgs(LetterArgs):
    """One dead letter, by its id: epoch-partition-offset."""

    id: str = Field(pattern=_ID)


class ReplayArgs(LetterArgs):
    """One dead letter by its id, or all replayable ones of a reason."""

    id: str | None = Field(None, pattern=_ID)
    reason: str | None = None
    limit: int = Field(10_000, ge=1, le=100_000)


def list_dead_letters(place: Place, args: ListArgs) -> Document:
    """The newest dead letters, without their original bytes."""
    found = dead_letters(place.store, reason=args.reason, limit=args.limit, signals=args.signals)
    return {"dead_letters": [_summary(letter) for letter in found]}


def show_dead_letter(place: Place, args: ShowArgs) -> Document:
    """One dead letter, with its bytes as text and in base64.

    Raises:
        CannotAct: there is none of that id.
    """
    letter = _named(place, args.id, args)
    text = letter.original.decode("utf-8", "backslashreplace")
    return {**_summary(letter), "original": text, "original_base64": b64encode(letter.original).decode()}


def replay_dead_letters(place: Place, args: ReplayArgs) -> Document:
    """Publish replayable dead letters once more. One that was counted meanwhile will count as a duplicate.

    Raises:
        CannotAct: no broker is known, or the one that was named cannot be replayed.
    """
    if place.publish is None or place.publish_to is None:
        raise CannotAct("Say where to publish: --kafka for a broker, or --data-dir of a running demo.")
    if args.id is not None:
        letters = [_named(place, args.id, args)]
        if not letters[0].replayable:
            raise CannotAct(
                f"Dead letter {args.id} cannot be replayed: its reason, {letters[0].reason}, is final."
            )
    else:
        found = dead_letters(place.store, reason=args.reason, limit=args.limit, signals=args.signals)
        letters = [letter for letter in found if letter.replayable]
    if place.reload_stores is not None:
        place.reload_stores()
    # Oldest first: the order in which they came.
    field = "subject_id" if args.signals else "order_id"
    records = [OutgoingRecord(_key(letter.original, field), letter.original) for letter in reversed(letters)]
    if args.signals:
        place.publish_to(topics.SIGNALS, records)
    else:
        place.publish(records)
    return {"replayed": [letter.id for letter in reversed(letters)]}


def _named(place: Place, name: str, args: LetterArgs) -> StoredDeadLetter:
    epoch, partition, offset = map(int, name.split("-"))
    letter = dead_letter(place.store, epoch, partition, offset, signals=args.signals)
    if letter is None:
        raise CannotAct(f"There is no dead letter {name}; `daybook dead-letters list` shows which there are.")
    return letter


def _key(original: bytes, field: str) -> bytes | None:
    """The record key, by which all events of an order, or signals about a subject, meet on one partition."""
    key = orjson.loads(original).get(field)
    return key.encode() if isinstance(key, str) else None


def _summary(letter: StoredDeadLetter) -> Document:
    return {
        "id": letter.id,
        "epoch": letter.epoch,
        "partition": letter.partition,
        "offset": letter.offset,
        "reason": letter.reason,
        "detail": letter.detail,
        "redacted": letter.redacted,
        "replayable": letter.replayable,
        "recorded_at": letter.recorded_at.isoformat(),
    }

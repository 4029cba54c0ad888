"""Coaching, for managers only: who is behind, in what, and what was noted."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from pydantic import Field

from daybook.operations.base import Args, Document, Place
from daybook.operations.rewards import refusing, tell
from daybook.schemas.coaching import CoachedWho, EndCoaching, NoteCoaching
from daybook.sinks.awards import coaching


class ListArgs(Args):
    """Whose; everybody who is behind or on the list, if nobody is named."""

    key: str = ""
    limit: int = Field(500, ge=1, le=10_000)


class SubjectArgs(Args):
    """Whom it is about."""

    who: CoachedWho = "staff"
    key: str
    currency: str
    by: str


class NoteArgs(SubjectArgs):
    """What is noted."""

    text: str


def list_coaching(place: Place, args: ListArgs) -> Document:
    """Who is behind or on the coaching list, longest first."""
    found = [state for state in coaching(place.store) if args.key in ("", state.key)]
    return {"coaching": [state.model_dump(mode="json", exclude_none=True) for state in found[: args.limit]]}


def note_coaching(place: Place, args: NoteArgs) -> Document:
    """Put somebody on the coaching list, with a note.

    Raises:
        CannotAct: it cannot be said so, or the watcher cannot be told.
    """
    note_id = secrets.token_hex(6)
    with refusing():
        command = NoteCoaching(note_id=note_id, at=datetime.now(UTC), **args.model_dump())
        tell(place, command)
    return {"note_id": note_id, "key": args.key}


def end_coaching(place: Place, args: SubjectArgs) -> Document:
    """Take somebody off the coaching list.

    Raises:
        CannotAct: the watcher cannot be told.
    """
    with refusing():
        tell(place, EndCoaching(at=datetime.now(UTC), **args.model_dump()))
    return {"ended": args.key}

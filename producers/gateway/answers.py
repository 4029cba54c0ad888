"""What the gateway answers, and its verdict on each event. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import BaseModel, Field

from daybook.producers.gateway.keys import Key
from daybook.producers.records import OutgoingRecord
from daybook.schemas.codec import EventRefused, decode_event
from daybook.schemas.topics import RECEIVED_AT_HEADER

KEY_SCOPE: Final = "key_scope"


class ProblemAnswer(BaseModel):
    """One thing that is wrong with an event."""

    code: str = Field(
        description="Stable: one of the dead-letter reasons, or key_scope.", examples=["order_sum"]
    )
    field: str = Field(
        description="Path of the field; empty for the whole event.", examples=["lines[0].amount"]
    )
    detail: str


class EventAnswer(BaseModel):
    """What became of the event at a position of the request."""

    position: int
    status: Literal["accepted", "refused"]
    problems: list[ProblemAnswer] = []


class EventsAnswer(BaseModel):
    """What became of every event of the request."""

    accepted: int
    refused: int
    events: list[EventAnswer]


class ErrorAnswer(BaseModel):
    """Why a request was not dealt with."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a request's events, and the records of those that may be published."""

    answer: EventsAnswer
    records: list[OutgoingRecord]

    @property
    def status(self) -> int:
        """202 if anything is to be published; else 403 if only the key's scope forbids it, else 422."""
        if self.records:
            return 202
        codes = {problem.code for event in self.answer.events for problem in event.problems}
        return 403 if codes == {KEY_SCOPE} else 422


def judge(events: Sequence[bytes], key: Key, received_at: datetime) -> Verdict:
    """Hold each event against the schemas and the key's scope."""
    headers = ((RECEIVED_AT_HEADER, received_at.astimezone(UTC).isoformat(timespec="milliseconds").encode()),)
    answers: list[EventAnswer] = []
    records: list[OutgoingRecord] = []
    for position, value in enumerate(events):
        try:
            event = decode_event(value)
        except EventRefused as refused:
            answers.append(_refused(position, refused))
            continue
        if key.permits(event.store_id, event.source):
            records.append(OutgoingRecord(event.order_id.encode(), value, headers))
            answers.append(EventAnswer(position=position, status="accepted"))
        else:
            answers.append(_out_of_scope(position))
    accepted = len(records)
    return Verdict(EventsAnswer(accepted=accepted, refused=len(answers) - accepted, events=answers), records)


def _refused(position: int, refused: EventRefused) -> EventAnswer:
    problems = [
        ProblemAnswer(code=problem.reason.value, field=problem.field, detail=problem.detail)
        for problem in refused.problems
    ]
    return EventAnswer(position=position, status="refused", problems=problems)


def _out_of_scope(position: int) -> EventAnswer:
    problem = ProblemAnswer(
        code=KEY_SCOPE, field="store_id", detail="The API key is not for this store and source."
    )
    return EventAnswer(position=position, status="refused", problems=[problem])

"""The gateway's verdict on each event. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Final, Literal

from daybook.producers.gateway.answers import KEY_SCOPE, TOO_DEEP, EventAnswer, EventsAnswer, ProblemAnswer
from daybook.producers.gateway.keys import KeyScope
from daybook.producers.gateway.kinds import SALES, Kind, Named
from daybook.producers.records import OutgoingRecord, received_header
from daybook.schemas.codec import MAX_EVENT_BYTES, EventRefused, Problem, Reason

Arrival = bytes | ProblemAnswer
"""An event's bytes, or why there are none at its position."""

_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_STEPS: Final = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


class Refused(Exception):
    """An event that is not published; ``problems`` holds at least one."""

    def __init__(self, problems: list[ProblemAnswer]) -> None:
        self.problems = problems
        super().__init__()


@dataclass(slots=True)
class Verdict:
    """The answers to a request's events, and the records of those that are to be published."""

    kind: Kind
    key: KeyScope
    depth: int
    headers: tuple[tuple[str, bytes], ...]
    answers: list[EventAnswer] = field(default_factory=list)
    records: list[OutgoingRecord] = field(default_factory=list)

    def judge(self, arrival: Arrival) -> None:
        """Hold the next event against the schemas, and against the scope of the key."""
        position = len(self.answers)
        try:
            event, waiting = read_event(arrival, self.depth, self.kind)
            check_scope(self.key, event.store_id, event.source)
        except Refused as refused:
            answer = EventAnswer(position=position, status="refused", problems=refused.problems)
        else:
            assert isinstance(arrival, bytes)
            self.records.append(OutgoingRecord(event.key.encode(), arrival, self.headers))
            status: Literal["waiting", "accepted"] = "waiting" if waiting else "accepted"
            answer = EventAnswer(position=position, status=status, problems=waiting)
        self.answers.append(answer)

    @property
    def status(self) -> int:
        """202 if anything is to be published; else 403 if only the key's scope forbids it, else 422."""
        if self.records:
            return 202
        codes = {problem.code for answer in self.answers for problem in answer.problems}
        return 403 if codes == {KEY_SCOPE} else 422

    @property
    def answer(self) -> EventsAnswer:
        """The whole answer."""
        waiting = sum(answer.status == "waiting" for answer in self.answers)
        return EventsAnswer(
            accepted=len(self.records) - waiting,
            waiting=waiting,
            refused=len(self.answers) - len(self.records),
            events=self.answers,
        )


def new_verdict(
    key: KeyScope,
    received_at: datetime,
    *,
    depth: int,
    kind: Kind = SALES,
    trace: tuple[tuple[str, bytes], ...] = (),
) -> Verdict:
    """A verdict on nothing yet, for events received at an instant; ``trace`` are further headers."""
    return Verdict(kind, key, depth, (received_header(received_at), *trace))


def read_event(arrival: Arrival, depth: int, kind: Kind) -> tuple[Named, list[ProblemAnswer]]:
    """The event, and why it has to wait to be counted, if it has to.

    Raises:
        Refused: it is not valid, or nested deeper than ``depth`` levels.
    """
    if isinstance(arrival, ProblemAnswer):
        raise Refused([arrival])
    try:
        return kind.read(arrival), []
    except EventRefused as refused:
        # What the schemas accept is flat: only what they refuse has to be measured.
        if len(arrival) <= MAX_EVENT_BYTES and depth_of(arrival) > depth:
            detail = f"nested more than {depth} levels deep"
            raise Refused([ProblemAnswer(code=TOO_DEEP, field="", detail=detail)]) from None
        problems = refused.problems
        if refused.problem.reason is not Reason.NEWER_VERSION:
            raise Refused(_told(problems)) from None
    try:
        return kind.newer(arrival), _told(problems)
    except EventRefused as refused:
        raise Refused(_told(refused.problems)) from None


def check_scope(key: KeyScope, store_id: str, source: str) -> None:
    """Let a key publish for its own stores and sources only.

    Raises:
        Refused: it may not publish this event.
    """
    if not key.permits_store(store_id):
        raise Refused(
            [ProblemAnswer(code=KEY_SCOPE, field="store_id", detail="The key is not for this store.")]
        )
    if not key.permits_source(source):
        raise Refused(
            [ProblemAnswer(code=KEY_SCOPE, field="source", detail="The key is not for this source.")]
        )


def depth_of(data: bytes) -> int:
    """How many levels deep arrays and objects in a JSON text are nested, whether it is whole or cut off."""
    steps = _STRING.sub(b"", data).translate(_STEPS, _NOT_BRACKETS)
    return max(accumulate(memoryview(steps).cast("b")), default=0)


def _told(problems: Sequence[Problem]) -> list[ProblemAnswer]:
    return [ProblemAnswer(code=p.reason.value, field=p.field, detail=p.detail) for p in problems]

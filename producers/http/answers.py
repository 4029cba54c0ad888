"""What a gateway's answer says about each event of a request. Pure.

Only an answer that accounts for every event is believed. Anything else, such as a proxy's page or a café's
login, says nothing about the events: they are sent again.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from pydantic import BaseModel, ValidationError

from daybook.producers.records import Refusal

ACCOUNTED: Final = frozenset({202, 403, 422})
"""Statuses under which the gateway tells about each event."""
MAX_RETRY_AFTER: Final = 300.0
"""Seconds: a far side that asks for more is asked again all the same."""


class _Event(BaseModel):
    position: int
    status: Literal["accepted", "waiting", "refused"]
    """Waiting is taken as well: an older worker counts it after its upgrade."""
    problems: list[Refusal] = []


class _Answer(BaseModel):
    events: list[_Event]


def refusals_in(body: bytes, count: int) -> dict[int, list[Refusal]] | None:
    """What is refused of ``count`` events, by position; None where the answer does not account for each."""
    try:
        events = _Answer.model_validate_json(body).events
    except ValidationError:
        return None
    if [event.position for event in events] != list(range(count)):
        return None
    return {
        event.position: event.problems or [Refusal("refused")]
        for event in events
        if event.status == "refused"
    }


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None without a usable one."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (ValueError, TypeError):  # not a date, or one without a zone
            return None
    return min(max(0.0, seconds), MAX_RETRY_AFTER)

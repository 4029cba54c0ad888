"""What the gateway answers about events."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, Field

KEY_SCOPE: Final = "key_scope"
TOO_DEEP: Final = "too_deep"


class ProblemAnswer(BaseModel):
    """One thing that is wrong with an event, or to know of it."""

    code: str = Field(
        description="Stable: one of the dead-letter reasons, key_scope, or too_deep.", examples=["order_sum"]
    )
    field: str = Field(
        description="Path of the field; empty for the whole event.", examples=["lines[0].amount"]
    )
    detail: str


class EventAnswer(BaseModel):
    """What became of the event at a position of the request."""

    position: int
    status: Literal["accepted", "waiting", "refused"] = Field(
        description="accepted: Kafka has it. waiting: Kafka has it, and it counts after an upgrade "
        "and a replay. refused: it is nowhere."
    )
    problems: list[ProblemAnswer] = []


class EventsAnswer(BaseModel):
    """What became of every event of the request."""

    accepted: int
    waiting: int = 0
    refused: int
    events: list[EventAnswer]

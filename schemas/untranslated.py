"""The record of a foreign payload that no adapter could translate: a dead letter with its reasons."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from daybook.schemas.events import SCHEMA_VERSION
from daybook.schemas.fields import FreeText, Identifier, Instant
from daybook.schemas.lines import Strict

UNTRANSLATED: Final = "payload.untranslated"

FieldPath = Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9_.\[\]-]*$")]
"""Where in the payload: names and positions, such as line_items[0].price; empty for all of it."""


class UntranslatedProblem(Strict):
    """One thing whose meaning is unknown."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    field: FieldPath = ""
    detail: FreeText = Field(description="A sentence without any value of the payload other than sums.")


class PayloadUntranslated(Strict):
    """A genuine delivery of a foreign system whose meaning is unknown. Holds nothing of its content."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    type: Literal["payload.untranslated"] = UNTRANSLATED
    source: Identifier = Field(description="The source that the shop's events have.")
    event_id: Identifier
    time: Instant = Field(description="When it was received.")
    adapter: Identifier
    topic: FreeText | None = Field(None, description="The foreign name of what happened.")
    order_id: Identifier | None = Field(None, description="The order, where that much is known.")
    problems: Annotated[list[UntranslatedProblem], Field(min_length=1, max_length=20)]

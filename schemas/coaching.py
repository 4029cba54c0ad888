"""What travels on ``sales.coaching``: who is behind, in what, and what was noted. For managers only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from daybook.schemas.awards import Key, Version
from daybook.schemas.fields import BusinessDate, Currency, FreeText, Identifier, Instant
from daybook.schemas.lines import Strict

CoachedWho = Literal["staff", "store"]


class CoachingNote(Strict):
    """What a manager wrote down."""

    note_id: Identifier
    by: FreeText
    at: Instant
    text: FreeText


class Behind(Strict):
    """How somebody's last complete week stands against their own past, or their target."""

    week: BusinessDate = Field(description="Its first day, a Monday.")
    actual: int = Field(description="Net by day of sale, minor units.")
    usual: int | None = Field(None, description="Median of the own weeks before.")
    target: int | None = Field(None, description="The own target of the week.")
    weeks: Annotated[int, Field(ge=0)] = Field(description="In a row, up to this one, that were behind.")
    orders: int = Field(0, description="Minor units of the difference from usual that fewer orders make.")
    basket: int = 0
    discounts: int = 0
    returns: int = 0


class Coaching(Strict):
    """One who may need help, as of a version; the newest version holds."""

    schema_version: Literal["1.0"] = "1.0"
    who: CoachedWho
    key: Key
    currency: Currency
    version: Version
    behind: Behind | None = Field(None, description="None while they are not behind.")
    listed: bool = Field(False, description="Whether somebody put them on the coaching list.")
    notes: list[CoachingNote] = Field(default_factory=list)
    changed_at: Instant


class NoteCoaching(Strict):
    """Write something down about somebody, and put them on the coaching list."""

    type: Literal["coaching.note"] = "coaching.note"
    note_id: Identifier
    who: CoachedWho
    key: Key
    currency: Currency
    text: FreeText
    by: FreeText
    at: Instant


class EndCoaching(Strict):
    """Take somebody off the coaching list; what was noted stays."""

    type: Literal["coaching.end"] = "coaching.end"
    who: CoachedWho
    key: Key
    currency: Currency
    by: FreeText
    at: Instant

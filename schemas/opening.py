"""When a store is open, as the stores file states it: hours by weekday, closures, and whose holidays."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import FreeText
from daybook.schemas.lines import Strict

WallTime = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
"""A time of the store's own clock, HH:MM."""
_DAY_MINUTES: Final = 24 * 60


def minutes(text: str) -> int:
    """Minutes since midnight of a wall time such as 09:30; 24:00 is 1,440."""
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


class OpeningSpan(Strict):
    """From when to when. ``closes`` at or before ``opens`` is of the next morning; equal times: 24 hours."""

    opens: WallTime
    closes: WallTime

    @property
    def length(self) -> int:
        """Minutes on the wall clock, 1 to 1,440."""
        return (minutes(self.closes) - minutes(self.opens)) % _DAY_MINUTES or _DAY_MINUTES


Spans = Annotated[list[OpeningSpan], Field(max_length=8)]
_BY_WEEKDAY: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class OpeningHours(Strict):
    """Hours by the weekday of the business date, from a business date on.

    An empty list means closed on that weekday. A weekday that is not named is not known.
    """

    valid_from: date = date(1970, 1, 1)
    monday: Spans | None = None
    tuesday: Spans | None = None
    wednesday: Spans | None = None
    thursday: Spans | None = None
    friday: Spans | None = None
    saturday: Spans | None = None
    sunday: Spans | None = None

    def of_weekday(self, weekday: int) -> list[OpeningSpan] | None:
        """The spans of a weekday, Monday being 0; None where nothing is stated."""
        spans: list[OpeningSpan] | None = getattr(self, _BY_WEEKDAY[weekday])
        return spans


class Closure(Strict):
    """Business dates on which a store is closed, or open for other hours than usual."""

    first: date
    last: date | None = Field(None, description="The last closed date; the first one alone without it.")
    reason: FreeText
    hours: Spans = Field(
        [], description="When it is open nevertheless, such as until noon; closed all day without."
    )

    @property
    def until(self) -> date:
        """The last date, which may be the first."""
        return self.last or self.first

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.until < self.first:
            raise PydanticCustomError("closure_dates", "last: before first")
        return self


class HolidayCalendar(Strict):
    """Whose public holidays a store keeps: ISO 3166 codes of a country and of a part of it."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2, such as GB.")]
    subdivision: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,6}$")] | None = Field(
        None, description="As the holidays library names it, such as ENG in GB or BY in DE."
    )

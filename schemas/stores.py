"""The stores file: which stores there are, from when each zone and cutoff holds, and when they are open."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import FreeText, Identifier
from daybook.schemas.lines import Strict
from daybook.schemas.opening import Closure, HolidayCalendar, OpeningHours


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError("unknown_zone", "not a zone of the IANA time zone database") from None
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
Cutoff = Annotated[str, Field(pattern=r"^(0[0-9]|1[0-9]|2[0-3]):(00|15|30|45)$")]
"""Local time at which the business day begins, on a quarter hour."""


class DayRule(Strict):
    """A store's zone and cutoff from a business date on."""

    valid_from: date = date(1970, 1, 1)
    zone: Zone
    cutoff: Cutoff = "00:00"


class StoreEntry(Strict):
    """One store."""

    store_id: Identifier
    name: FreeText | None = None
    region: FreeText | None = None
    peer_group: FreeText | None = Field(None, description="With which stores it is compared on leaderboards.")
    days: Annotated[list[DayRule], Field(min_length=1)]
    opening: list[OpeningHours] = Field([], description="Opening hours; not known without any.")
    closures: list[Closure] = Field([], description="Dates on which it is closed or open for other hours.")
    holidays: HolidayCalendar | None = Field(None, description="Whose public holidays it keeps.")
    opened_on: date | None = Field(None, description="The first business date it traded.")
    closed_on: date | None = Field(None, description="The last one, where it has closed for good.")

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if not _rising([rule.valid_from for rule in self.days]):
            raise PydanticCustomError("day_rules", "days: valid_from must rise from entry to entry")
        if not _rising([hours.valid_from for hours in self.opening]):
            raise PydanticCustomError("opening_hours", "opening: valid_from must rise from entry to entry")
        if self.opened_on and self.closed_on and self.closed_on < self.opened_on:
            raise PydanticCustomError("store_dates", "closed_on: before opened_on")
        return self


def _rising(dates: list[date]) -> bool:
    return dates == sorted(set(dates))


class StoresFile(Strict):
    """All stores of a business."""

    stores: list[StoreEntry]

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        ids = [store.store_id for store in self.stores]
        if len(set(ids)) != len(ids):
            raise PydanticCustomError("duplicate_store", "stores: a store_id is used twice")
        return self

"""The stores file: which stores there are, and from when each zone and cutoff holds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import FreeText, Identifier
from daybook.schemas.lines import Strict


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
    days: Annotated[list[DayRule], Field(min_length=1)]

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        starts = [rule.valid_from for rule in self.days]
        if starts != sorted(set(starts)):
            raise PydanticCustomError("day_rules", "days: valid_from must rise from entry to entry")
        return self


class StoresFile(Strict):
    """All stores of a business."""

    stores: list[StoreEntry]

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        ids = [store.store_id for store in self.stores]
        if len(set(ids)) != len(ids):
            raise PydanticCustomError("duplicate_store", "stores: a store_id is used twice")
        return self

"""Projections as seen at a moment: boards read them, and later they are judged by what came of it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from daybook.schemas.fields import BusinessDate, Currency, Instant
from daybook.schemas.lines import Strict

PROJECTIONS_VERSION: Final = "1.0"
Millionths = Annotated[int, Field(ge=0)]


class ProjectionSnapshot(Strict):
    """How a day looked: net sales in minor units, null where not known; factor and chance in millionths."""

    scope: Literal["store", "region", "all"]
    key: str = Field(description="Which store or region; empty for all.")
    currency: Currency
    business_date: BusinessDate
    second: Annotated[int, Field(ge=0)] = Field(description="Of the wall clock since the cutoff.")
    actual: int
    expected: int | None = Field(description="Usual by now, adjustments included.")
    close: int | None = Field(description="Projected close, adjustments included.")
    low: int | None = Field(description="Lower end of the close's band, 10 %.")
    high: int | None = Field(description="Upper end, 90 %.")
    usual_close: int | None = Field(description="Projected close without adjustments.")
    adjustment: Millionths = Field(description="All adjustments multiplied.")
    target: int | None
    target_by_now: int | None
    chance: Millionths | None = Field(description="To reach the target.")
    at_risk: int | None = Field(description="Target less projected close; nothing where it is reached.")
    closed: bool = Field(description="The store does not open on that date.")


class Projections(Strict):
    """All stores, regions and currencies at a moment, or a part of them."""

    schema_version: Literal["1.0"] = PROJECTIONS_VERSION
    taken_at: Instant
    snapshots: list[ProjectionSnapshot]

"""Adjustments: by how much days will be better or worse than usual, and how one came to think so."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import DecimalText, FreeText, Identifier
from daybook.schemas.lines import Strict
from daybook.schemas.planning import PLAN_VERSION, Plan

_LARGEST: Final = 100


class AdjustmentSource(StrEnum):
    """Where the knowledge comes from."""

    PROMOTION = "promotion"
    MARKET_RESEARCH = "market_research"
    CUSTOMER_FEEDBACK = "customer_feedback"
    STAFF = "staff"
    OTHER = "other"


def _possible(text: str) -> str:
    if Decimal(text) > _LARGEST:
        raise PydanticCustomError("factor", "more than a hundred times the usual")
    return text


class Adjustment(Plan):
    """A factor on the usual sales of stores on business dates; several multiply."""

    adjustment_id: Identifier = Field(description="A later entry with the same id replaces it.")
    scope: Literal["all", "region", "store"]
    key: FreeText | None = Field(None, description="Which store or region; nothing for all.")
    factor: Annotated[DecimalText, AfterValidator(_possible)] = Field(
        description="Exact decimal: 1.2 is a fifth more than usual, 0.5 half, 0 nothing."
    )
    source: AdjustmentSource

    @property
    def exact_factor(self) -> Fraction:
        """The factor without rounding."""
        return Fraction(self.factor)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.scope == "all") != (self.key is None):
            raise PydanticCustomError("adjustment_key", "key: a store or region names one, and `all` none")
        if self.last is not None and self.last < self.first:
            raise PydanticCustomError("adjustment_dates", "last: before first")
        return self


class AdjustmentsFile(Strict):
    """All adjustments, also the ones that no longer hold."""

    adjustments: list[Adjustment]


class AdjustmentSet(Adjustment):
    """An adjustment as it is published: made, changed, or withdrawn."""

    schema_version: Literal["1.0"] = PLAN_VERSION
    type: Literal["adjustment.set"] = "adjustment.set"

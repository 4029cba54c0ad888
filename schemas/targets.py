"""Targets: what is meant to be sold, by whom, over which period, and why it was set so."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import Currency, FreeText
from daybook.schemas.lines import Strict
from daybook.schemas.planning import PLAN_VERSION, Plan

TargetScope = Literal["all", "region", "store", "team", "staff", "category"]
"""Whose target it can be."""


class TargetPeriod(StrEnum):
    """Over what an amount is meant, each one between two dates.

    Weeks are ISO weeks; retail weeks and months are those of the 4-5-4 calendar.
    """

    DAY = "day"
    WEEK = "week"
    RETAIL_WEEK = "retail-week"
    MONTH = "month"
    RETAIL_MONTH = "retail-month"


class Target(Plan):
    """Net sales to be reached in every period of a kind from ``first`` to ``last``, in minor units."""

    scope: TargetScope
    key: FreeText | None = Field(None, description="Which store, region and so on; nothing for all.")
    currency: Currency
    period: TargetPeriod
    amount: Annotated[int, Field(gt=0, le=10**15)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.scope == "all") != (self.key is None):
            raise PydanticCustomError("target_key", "key: every scope but `all` names one, and `all` none")
        if self.last is not None and self.last < self.first:
            raise PydanticCustomError("target_dates", "last: before first")
        return self


class TargetsFile(Strict):
    """All targets of a business, also the ones that no longer hold."""

    targets: list[Target]


class TargetSet(Target):
    """A target as it is published: set, changed, or withdrawn."""

    schema_version: Literal["1.0"] = PLAN_VERSION
    type: Literal["target.set"] = "target.set"

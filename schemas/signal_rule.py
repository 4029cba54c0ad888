"""The alert rule about signals."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import FreeText
from daybook.schemas.measures import MeasureText
from daybook.schemas.rule_base import Factor, Level, RuleBase, WindowMinutes


class SignalRule(RuleBase):
    """A measure of signals in the last minutes is above, or below, a level and what is usual.

    So is what campaigns sell, and how many orders are those of new or of returning customers.
    """

    kind: Literal["signal"] = "signal"
    dimension: Literal["all", "region", "store", "campaign"] = "store"
    measure: MeasureText = Field(
        description="A measure of signals, or of campaigns and customers, or an expression over them."
    )
    label: FreeText | None = Field(
        None, description="Only of this topic, till, code, campaign, or `gateway: reason`; all if left out."
    )
    minutes: WindowMinutes = 60
    above: Level | None = None
    below: Level | None = None
    times_usual: Factor | None = Field(
        None, description="Beyond so many times the median of the same minutes of like days, too."
    )
    falls: bool = Field(False, description="With times_usual alone: whether less than that is bad.")
    at_least: Annotated[int, Field(ge=0, le=10**9)] = Field(
        5,
        description="Signals that the measure is made of; with fewer nothing is said. Of money alone: none.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.above is not None and self.below is not None:
            raise PydanticCustomError("signal_level", "above, below: only one of them")
        if self.above is None and self.below is None and self.times_usual is None:
            raise PydanticCustomError("signal_level", "above, below or times_usual: one of them is needed")
        if self.dimension == "campaign" and self.label is not None:
            raise PydanticCustomError("signal_campaign", "label: campaigns are named by keys")
        if self.falls and self.above is not None:
            raise PydanticCustomError("signal_level", "falls: not with above")
        return self

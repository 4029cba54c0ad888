"""The rewards file: what a business gives for good work, as everyone who takes part may read it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import Amount, BusinessDate, Currency, DecimalText, FreeText, Identifier
from daybook.schemas.lines import Strict
from daybook.schemas.measures import MeasureName


class Who(StrEnum):
    """Who takes part."""

    PERSON = "staff"
    TEAM = "team"
    STORE = "store"


class Basis(StrEnum):
    """What is compared: the measure itself, its part of the own target, or of the own past."""

    VALUE = "value"
    ATTAINMENT = "attainment"
    IMPROVEMENT = "improvement"


class Ranking(Strict):
    """The best of the period."""

    how: Literal["ranking"] = "ranking"
    places: Annotated[int, Field(ge=1, le=100)] = 1
    ties: Literal["share", "each"] = Field(
        "share", description="Equals share the prizes of the places they take, or each get the first of them."
    )


class Goal(Strict):
    """What has to be reached."""

    at_least: DecimalText | None = Field(
        None,
        description="Units of the measure (major units of money), or a part: 1.1 is 110 % of target or past.",
    )
    at_most: DecimalText | None = Field(
        None, description="The same, where less is better, as of minutes to an answer."
    )

    @model_validator(mode="after")
    def _check_goal(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("goal", "at_least: either it or at_most has to be there")
        return self


class Everyone(Goal):
    """Everyone who reaches something; with ``who`` a team it is a team goal."""

    how: Literal["everyone"] = "everyone"


class Points(Strict):
    """Points, one for every so much."""

    how: Literal["points"] = "points"
    per: DecimalText = Field(description="Units of the measure for a point; money in major units.")


class Streak(Goal):
    """So many periods one after the other in which something was reached."""

    how: Literal["streak"] = "streak"
    periods: Annotated[int, Field(ge=2, le=366)]


class Best(Strict):
    """A personal best: more than in any of the own last periods."""

    how: Literal["best"] = "best"
    of_last: Annotated[int, Field(ge=5, le=366)] = Field(
        13, description="Periods that are looked at; in five of them at least there has to be something."
    )


Give = Annotated[Ranking | Everyone | Points | Streak | Best, Field(discriminator="how")]
"""Who is given something."""


class PrizeKind(StrEnum):
    """What is given. Only money and gift cards have an amount."""

    MONEY = "money"
    GIFT_CARD = "gift_card"
    PRAISE = "praise"
    BADGE = "badge"
    DAY_OFF = "day_off"


class Prize(Strict):
    """A prize, and what all of them together may cost in a period."""

    kind: PrizeKind
    label: FreeText
    amount: Amount | None = Field(
        None, description="Minor units for each place, in the programme's currency."
    )
    budget: Amount | None = Field(
        None, description="Minor units a period for all; needed where there is an amount."
    )

    @model_validator(mode="after")
    def _check_amount(self) -> Self:
        costs = self.kind in (PrizeKind.MONEY, PrizeKind.GIFT_CARD)
        if costs != (self.amount is not None) or costs != (self.budget is not None):
            raise PydanticCustomError(
                "prize", "prize: money and gift cards have an amount and a budget, other prizes neither"
            )
        return self


class Programme(Strict):
    """One programme."""

    programme_id: Identifier
    title: FreeText
    who: Who
    basis: Basis = Basis.VALUE
    measure: MeasureName = Field(
        "net", description="A measure of the leaderboards, of sales or of signals, or a custom one."
    )
    past_periods: Annotated[int, Field(ge=1, le=52)] = Field(
        4, description="Of the own past, by whose mean an improvement is measured."
    )
    period: Literal["day", "week", "month", "retail-week", "retail-month"]
    currency: Currency
    give: Give
    prize: Prize | None = Field(None, description="None for points.")
    minimum_orders: Annotated[int, Field(ge=0, le=10**6)] = 0
    minimum_volume: Annotated[int, Field(ge=0, le=10**9)] = Field(
        0, description="For measures of signals: of so many answers, sessions or deals at least."
    )
    stores: Annotated[list[Identifier], Field(max_length=10_000)] = Field(
        default_factory=list, description="Only these stores and those whose home they are; all, if empty."
    )
    return_window_days: Annotated[int, Field(ge=0, le=400)] = Field(
        14, description="Days after the period's end for which awards are pending."
    )
    first: BusinessDate
    last: BusinessDate | None = None
    person_first_hours: Annotated[int, Field(ge=0, le=720)] = Field(
        2, description="Hours for which a person knows of their award before the team does."
    )
    tell: list[Identifier] = Field(
        default_factory=list,
        description="Receivers of the rules file that tell the team; people's own are in the staff file.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.give.how == "points") != (self.prize is None):
            raise PydanticCustomError("prize", "prize: every programme but one of points has one")
        if self.last is not None and self.last < self.first:
            raise PydanticCustomError("programme_dates", "last: before first")
        if self.give.how == "points" and self.basis is not Basis.VALUE:
            raise PydanticCustomError("programme_basis", "basis: points are given for values")
        if self.give.how == "best" and self.basis is not Basis.VALUE:
            raise PydanticCustomError("programme_basis", "basis: a personal best is one of a value")
        if self.basis is Basis.ATTAINMENT and self.measure != "net":
            raise PydanticCustomError("programme_basis", "measure: targets are net, so attainment is too")
        return self


class ByHand(Strict):
    """Recognition that a manager or colleague gives."""

    person_first_hours: Annotated[int, Field(ge=0, le=720)] = 2
    tell: list[Identifier] = Field(default_factory=list, description="Receivers that tell the team.")


class RewardsFile(Strict):
    """All programmes of a business."""

    programmes: list[Programme]
    by_hand: ByHand = Field(default_factory=ByHand)

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        ids = [programme.programme_id for programme in self.programmes]
        twice = next((one for one in ids if ids.count(one) > 1), None)
        if twice is not None:
            raise PydanticCustomError(
                "duplicate_programme", "programmes: {id} stands there twice", {"id": twice}
            )
        return self

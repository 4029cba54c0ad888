"""The rules file: what is worth an alert, and who is told of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.alerts import AlertKind, Dimension, Match, Text
from daybook.schemas.fields import Currency, Identifier
from daybook.schemas.lines import Strict
from daybook.schemas.measures import MeasureText
from daybook.schemas.receivers import Heartbeat, Receiver
from daybook.schemas.reports import ReportSchedule
from daybook.schemas.rule_base import Factor, Floors, Level, Percent, RuleBase, WindowMinutes
from daybook.schemas.signal_rule import SignalRule


class ThresholdRule(RuleBase):
    """A measure of the business day so far, or of the last minutes, is below or above a level."""

    kind: Literal["threshold"] = "threshold"
    dimension: Literal["all", "region", "store", "channel", "staff", "product", "category"] = "store"
    currency: Currency | None = Field(None, description="Only this one; every one if left out.")
    measure: MeasureText = Field(description="A measure, or an expression over measures.")
    below: Level | None = None
    above: Level | None = None
    clears_at: Level | None = Field(None, description="Beyond the level; the level itself if left out.")
    minutes: WindowMinutes | None = Field(None, description="Only for all, region and store.")
    after_percent_of_day: Percent = Field(10, description="Of the usual day that must have passed.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.below is None) == (self.above is None):
            raise PydanticCustomError("threshold_level", "below, above: one of them is needed")
        if self.minutes is not None and self.dimension not in ("all", "region", "store"):
            raise PydanticCustomError("threshold_window", "minutes: only for all, region and store")
        return self


class TargetRule(RuleBase):
    """The day will most likely miss its target."""

    kind: Literal["target"] = "target"
    dimension: Literal["all", "region", "store"] = "store"
    chance_below: Percent = Field(10, description="Chance in percent below which it fires.")
    clears_at_chance: Percent = Field(25, description="At which it clears; above `chance_below`.")
    gap_at_least: Floors = Field(default_factory=dict, description="Target less projected close.")
    gap_at_least_percent: Percent = Field(5, description="The same, as a part of the target.")
    after_percent_of_day: Percent = 10

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.clears_at_chance <= self.chance_below:
            raise PydanticCustomError("target_clears", "clears_at_chance: must be above chance_below")
        return self


class RecentRule(RuleBase):
    """The last 30 to 60 minutes brought less than the same ones of like days, beyond what is chance."""

    kind: Literal["recent"] = "recent"
    dimension: Literal["all", "region", "store"] = "store"
    measure: Literal["net", "orders"] = Field("net", description="Orders stray less than amounts do.")
    minutes: Annotated[int, Field(ge=30, le=60, multiple_of=15)] = 60
    drop_percent: Annotated[int, Field(ge=1, le=100)] = Field(25, description="Less than usual.")
    clears_at_drop_percent: Percent = 15
    beyond_spread: Factor = Field("3.5", description="Times the usual spread of such minutes.")
    beyond_course: Factor = Field(
        "4", description="Of several stores: times the spread around what the day before them lets expect."
    )
    at_least: Floors = Field(default_factory=dict, description="Usual less actual, of net.")
    after_percent_of_day: Percent = 10

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.clears_at_drop_percent >= self.drop_percent:
            raise PydanticCustomError("recent_clears", "clears_at_drop_percent: must be below drop_percent")
        return self


class SilentRule(RuleBase):
    """An open store or till has sold nothing for longer than it ever does."""

    kind: Literal["silent"] = "silent"
    dimension: Literal["store", "till"] = "store"
    minutes: Annotated[int, Field(ge=5, le=1440)] = Field(30, description="At least so long.")
    beyond_usual: Factor = Field("1.5", description="Times the longest usual gap.")
    expected_orders: Annotated[int, Field(ge=1, le=10_000)] = Field(
        6, description="That like days have in such a gap, at least."
    )
    after_percent_of_day: Percent = Field(10, description="Of the usual day that must have passed.")


class SpikeRule(RuleBase):
    """Far more is taken back than usual. Refunds and voids are counted, reversals are money."""

    kind: Literal["spike"] = "spike"
    dimension: Literal["all", "region", "store", "till"] = "store"
    what: Literal["reversals", "refunds", "voids"] = "reversals"
    minutes: WindowMinutes = 60
    beyond_usual: Factor = Field("4", description="Times the usual of such minutes.")
    beyond_highest: Factor = Field("1.5", description="Times the most that such a window usually brings.")
    clears_at_usual: Factor = "2"
    at_least: Annotated[int, Field(ge=1)] = Field(5, description="Refunds or voids in the window.")
    at_least_amount: Floors = Field(default_factory=dict, description="For reversals.")
    at_least_percent: Percent = Field(20, description="Of what was sold, for reversals.")


class FeedRule(RuleBase):
    """Far more events than usual are repeats, or cannot be counted."""

    kind: Literal["feed"] = "feed"
    dimension: Literal["feed"] = "feed"
    what: Literal["dead_letters", "duplicates"] = "dead_letters"
    minutes: Annotated[int, Field(ge=5, le=1440)] = 15
    above_percent: Percent = Field(2, description="Of what was received.")
    clears_at_percent: Percent = 1
    beyond_usual: Factor = Field("3", description="Times the usual part.")
    at_least: Annotated[int, Field(ge=1)] = Field(20, description="Events.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.clears_at_percent > self.above_percent:
            raise PydanticCustomError("feed_clears", "clears_at_percent: must not be above above_percent")
        return self


class DataMissingRule(RuleBase):
    """No sales come in at all from where stores are open: that says nothing about sales."""

    kind: Literal["data_missing"] = "data_missing"
    dimension: Literal["all", "region"] = "all"
    minutes: Annotated[int, Field(ge=5, le=1440)] = 15
    beyond_usual: Factor = "1.5"
    expected_orders: Annotated[int, Field(ge=1, le=100_000)] = 10
    stores: Annotated[int, Field(ge=1, le=10_000)] = Field(
        2, description="Open ones that are silent together; one alone is a silent store."
    )


class ReceiverRule(RuleBase):
    """A receiver takes no notification: the others are told."""

    kind: Literal["receiver"] = "receiver"
    dimension: Literal["receiver"] = "receiver"
    minutes: Annotated[int, Field(ge=1, le=1440)] = Field(5, description="For which every attempt failed.")


Rule = Annotated[
    ThresholdRule
    | TargetRule
    | RecentRule
    | SilentRule
    | SpikeRule
    | SignalRule
    | FeedRule
    | DataMissingRule
    | ReceiverRule,
    Field(discriminator="kind"),
]

GroupBy = Literal["rule", "kind", "severity", "dimension", "region", "store", "business_date"]


class Route(Strict):
    """Who is told of which alerts, and how they are put together. An alert takes every route that fits."""

    name: Identifier
    match: Match = Field(default_factory=Match, description="All alerts if it names nothing.")
    without: Match | None = Field(None, description="Not these.")
    receivers: Annotated[list[Identifier], Field(min_length=1)]
    group_by: tuple[GroupBy, ...] = ("rule", "region", "business_date")
    group_wait_seconds: Annotated[int, Field(ge=0, le=3600)] = Field(
        30, description="Wait for more of a new group before its first notification."
    )
    group_interval_seconds: Annotated[int, Field(ge=0, le=86_400)] = Field(
        300, description="Between two notifications of a group."
    )
    repeat_minutes: Annotated[int, Field(ge=1, le=10_080)] = Field(
        240, description="After which what still fires is told again."
    )
    send_resolved: bool = True


class Inhibition(Strict):
    """Alerts (``target``) that are told to nobody while another (``source``) explains them.

    What the definitions say is always so: missing data before silence before shortfalls, and a region before
    its stores. These come on top of it.
    """

    source: Match
    target: Match
    same: list[Literal["region", "store", "currency", "business_date"]] = Field(default_factory=list)


class LinkTemplates(Strict):
    """Where links lead. In braces: dedup_key, rule, dimension, key, store, region, business_date, runbook."""

    board: Text | None = None
    runbook: Text | None = None
    acknowledge: Text | None = None
    silence: Text | None = None


class RulesFile(Strict):
    """All rules of a business, its receivers, and who is told what."""

    rules: list[Rule]
    receivers: list[Receiver] = Field(default_factory=list)
    routes: list[Route] = Field(default_factory=list)
    inhibitions: list[Inhibition] = Field(default_factory=list)
    links: LinkTemplates = Field(default_factory=LinkTemplates)
    heartbeat: Heartbeat | None = None
    reports: list[ReportSchedule] = Field(default_factory=list)

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        for what, names in (
            ("rules", [rule.id for rule in self.rules]),
            ("receivers", [receiver.id for receiver in self.receivers]),
            ("routes", [route.name for route in self.routes]),
        ):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise PydanticCustomError("twice", f"{what}: {twice} stands there twice")
        known = {receiver.id for receiver in self.receivers}
        for route in self.routes:
            unknown = next((name for name in route.receivers if name not in known), None)
            if unknown is not None:
                raise PydanticCustomError(
                    "unknown_receiver",
                    f"routes: {route.name} names the receiver {unknown}, which there is not",
                )
        return self

    @model_validator(mode="after")
    def _check_reports(self) -> Self:
        types = {receiver.id: receiver.type for receiver in self.receivers}
        told = [(each.kind, name) for each in self.reports for name in each.receivers]
        for kind, name in told:
            if types.get(name) not in ("apprise", "webhook"):
                raise PydanticCustomError(
                    "report_receiver",
                    f"reports: {kind} names {name}, which is no receiver of type apprise or webhook",
                )
            if told.count((kind, name)) > 1:
                raise PydanticCustomError("twice", f"reports: {kind} names the receiver {name} twice")
        return self


def kind_of(rule: Rule) -> AlertKind:
    """The rule's kind, as alerts name it."""
    return AlertKind(rule.kind)


def dimension_of(rule: Rule) -> Dimension:
    """What the rule's alerts are about."""
    return Dimension(rule.dimension)

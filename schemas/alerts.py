"""Alerts as they travel: what is wrong where, since when, by how much, and what people said to it.

Amounts are integers in minor units, chances and ratios in parts per million, times in UTC.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import BusinessDate, Currency, FreeText, Identifier, Instant
from daybook.schemas.lines import Strict

DedupKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""Hash of rule, scope and business date: the same trouble has the same key, however bad it is."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=300)]
"""A key or label that comes out of the totals: it has been through the guard on its way in."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00-\x1f\x7f]{1,1990}$")]


class AlertState(StrEnum):
    """Where an alert stands. Only ``firing`` ones are told to receivers, and their ends."""

    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    RESOLVED = "resolved"


class AlertKind(StrEnum):
    """What a rule looks at."""

    THRESHOLD = "threshold"
    TARGET = "target"
    RECENT = "recent"
    SILENT = "silent"
    SPIKE = "spike"
    SIGNAL = "signal"
    FEED = "feed"
    DATA_MISSING = "data_missing"
    RECEIVER = "receiver"


class Severity(StrEnum):
    """How much it matters, in the words of PagerDuty."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class Dimension(StrEnum):
    """What an alert can be about."""

    ALL = "all"
    REGION = "region"
    STORE = "store"
    TILL = "till"
    CHANNEL = "channel"
    STAFF = "staff"
    PRODUCT = "product"
    CATEGORY = "category"
    CAMPAIGN = "campaign"
    FEED = "feed"
    RECEIVER = "receiver"


class Scope(Strict):
    """What an alert is about. A till is named ``store/till``; ``all`` and ``feed`` have no key."""

    dimension: Dimension
    key: Name | None = None
    currency: Currency | None = Field(None, description="Of the amounts, where the alert is about money.")
    store: Name | None = Field(None, description="The store it belongs to, if it is one or in one.")
    region: Name | None = Field(None, description="The region it belongs to, if it is one or in one.")


class Measured(Strict):
    """What the rule looked at: its value, what is usual, and the level that it crossed."""

    name: Name
    unit: Literal["minor units", "count", "millionths", "seconds"]
    value: int | None
    usual: int | None = None
    level: int | None = Field(None, description="At which it fires.")
    clears_at: int | None = Field(None, description="At which it clears again, beyond the level.")
    minutes: int | None = Field(None, description="Length of the window; none for the business day so far.")


class DayFigures(Strict):
    """How the business day of the scope stands, net sales in minor units."""

    actual: int
    expected: int | None = Field(None, description="Usual by now, adjustments included.")
    projected_close: int | None = None
    low: int | None = Field(None, description="Lower end of the projected close's band, 10 %.")
    high: int | None = Field(None, description="Upper end, 90 %.")
    target: int | None = None
    chance: int | None = Field(None, description="Parts per million, to reach the target.")
    at_risk: int | None = Field(None, description="Target, or usual close, less the projected close.")


class Expectation(Strict):
    """An adjustment that is in the expected figures: by how much, why, and how one came to think so."""

    factor: Name
    reason: Name
    source: Name


class SplitRow(Strict):
    """A part of a shortfall; negative where it lowers sales."""

    name: Name
    label: Name | None = None
    amount: int


class Breakdown(Strict):
    """The three of a dimension that explain most of a shortfall, and the rest of them together."""

    dimension: Dimension
    rows: Annotated[list[SplitRow], Field(max_length=3)]
    rest: int


class Split(Strict):
    """A shortfall (actual less expected by now) taken apart; each way of it adds up exactly.

    ``parts``: orders, units per order, price per unit, discounts, reversals.
    """

    shortfall: int
    parts: list[SplitRow]
    breakdowns: list[Breakdown] = Field(default_factory=list)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        sums = [sum(row.amount for row in self.parts)]
        sums += [each.rest + sum(row.amount for row in each.rows) for each in self.breakdowns]
        if any(value != self.shortfall for value in sums):
            raise PydanticCustomError("split", "split: the parts do not add up to the shortfall")
        return self


class Freshness(Strict):
    """How recent the data behind an alert is."""

    as_of: Instant = Field(description="The tick at which it was decided.")
    recorded_at: Instant | None = Field(None, description="Newest event that is in the totals.")
    sold_at: Instant | None = Field(None, description="End of the last quarter hour with a sale in scope.")


class Links(Strict):
    """Where to go from an alert."""

    board: Url | None = None
    runbook: Url | None = None
    acknowledge: Url | None = None
    silence: Url | None = None


class Acknowledgement(Strict):
    """Somebody has taken an alert on."""

    by: FreeText
    at: Instant
    note: FreeText | None = None


class Alert(Strict):
    """The state of an alert as of a version; the newest version of a dedup key holds."""

    schema_version: Literal["1.0"] = "1.0"
    dedup_key: DedupKey
    version: Annotated[int, Field(ge=0, lt=2**63)]
    rule: Identifier
    kind: AlertKind
    severity: Severity
    scope: Scope
    business_date: BusinessDate
    state: AlertState
    reason: Identifier = Field(description="Why it came to this state: code of the last transition.")
    finding: Identifier = Field(description="What the rule found last: code of its answer.")
    title: Text
    summary: Text
    started_at: Instant = Field(description="When the condition was first seen.")
    updated_at: Instant
    fired_at: Instant | None = None
    resolved_at: Instant | None = None
    times_fired: Annotated[int, Field(ge=0)] = 0
    held: Annotated[int, Field(ge=0)] = Field(0, description="Evaluations in a row that found it.")
    cleared: Annotated[int, Field(ge=0)] = Field(0, description="Evaluations in a row that did not.")
    acknowledged: Acknowledgement | None = None
    silenced_by: Identifier | None = Field(None, description="Id of the silence that keeps it quiet.")
    inhibited_by: DedupKey | None = Field(None, description="The alert that explains this one.")
    measured: Measured | None = None
    day: DayFigures | None = None
    split: Split | None = None
    adjustments: list[Expectation] = Field(default_factory=list)
    freshness: Freshness | None = None
    links: Links = Field(default_factory=Links)
    test: bool = Field(False, description="Made by `daybook alerts test`: nothing is wrong.")


class Match(Strict):
    """Which alerts are meant: all named fields have to fit, and a field fits with any of its values."""

    rules: list[Identifier] = Field(default_factory=list)
    kinds: list[AlertKind] = Field(default_factory=list)
    severities: list[Severity] = Field(default_factory=list)
    dimensions: list[Dimension] = Field(default_factory=list)
    keys: list[Name] = Field(default_factory=list)
    stores: list[Name] = Field(default_factory=list)
    regions: list[Name] = Field(default_factory=list)
    currencies: list[Currency] = Field(default_factory=list)
    dedup_keys: list[DedupKey] = Field(default_factory=list)


class Silence(Strict):
    """Alerts that are told to nobody for a while. What they are is still decided and shown."""

    silence_id: Identifier
    match: Match
    starts_at: Instant
    ends_at: Instant
    by: FreeText
    reason: FreeText

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise PydanticCustomError("silence_times", "ends_at: not after starts_at")
        if self.match == Match():
            raise PydanticCustomError("silence_match", "match: names nothing, so it would silence everything")
        return self

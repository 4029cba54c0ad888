"""What travels on ``sales.awards``: awards as they stand, and by which sales a period was confirmed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from daybook.schemas.fields import BusinessDate, Currency, FreeText, Identifier, Instant
from daybook.schemas.lines import Strict
from daybook.schemas.rewards import PrizeKind, Who

Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A member of staff, team or store, as sales and files name them."""
Version = Annotated[int, Field(ge=0, lt=2**63)]
BY_HAND: Final = "by-hand"
"""The programme of what people give each other."""


class AwardStatus(StrEnum):
    """How far an award is."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class News(StrEnum):
    """What there is to tell about an award."""

    EARNED = "earned"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Award(Strict):
    """The state of an award as of a version; the newest version of an award id holds."""

    schema_version: Literal["1.0"] = "1.0"
    type: Literal["award"] = "award"
    award_id: Identifier
    version: Version
    programme_id: Identifier
    title: FreeText
    how: Literal["ranking", "everyone", "points", "streak", "best", "hand"]
    who: Who
    key: Key
    name: FreeText | None = Field(None, description="What the staff file calls them.")
    currency: Currency | None = None
    period: Identifier = Field(description="The kind of period, such as week.")
    first: BusinessDate
    last: BusinessDate
    place: Annotated[int, Field(ge=1)] | None = None
    value: Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(/[1-9][0-9]*)?$")] = Field(
        "0", description="By which it was earned: exact, in the measure's unit, or a part of target or past."
    )
    unit: Identifier = "count"
    signal: Identifier | None = Field(
        None, description="The measure of signals by which it was earned; none where it was by sales."
    )
    quantity: int = Field(description="Points, or minor units of a prize that costs money.")
    confirmed: int | None = Field(None, description="The quantity when it was confirmed.")
    status: AwardStatus
    reason: FreeText
    prize: PrizeKind | None = None
    label: FreeText | None = None
    given_by: FreeText | None = Field(None, description="Who gave it by hand.")
    given_for: FreeText | None = Field(None, description="Why, in their own words.")
    decided_at: Instant = Field(description="When it first stood in the ledger.")
    changed_at: Instant
    news: News | None = None
    news_at: Instant | None = None
    public_at: Instant | None = Field(None, description="From when others than its owner see it.")
    tell_first: list[Identifier] = Field(default_factory=list, description="Receivers of who earned it.")
    tell_then: list[Identifier] = Field(default_factory=list, description="Receivers of the team.")


class PeriodDecided(Strict):
    """That a programme's period was confirmed, by all events or signals below some positions.

    With them anybody can work out again from the raw ones what was confirmed.
    """

    schema_version: Literal["1.0"] = "1.0"
    type: Literal["period"] = "period"
    programme_id: Identifier
    first: BusinessDate
    last: BusinessDate
    version: Version
    of: Literal["sales", "signals"] = Field("sales", description="Whose partitions are meant.")
    settled_at: Instant
    settled: dict[str, Version] = Field(description="Position by partition: versions below it counted.")
    closed_at: Instant | None = Field(None, description="From when corrections of points end.")
    closed: dict[str, Version] | None = None


AwardRecord = Award | PeriodDecided
_RECORDS: Final[TypeAdapter[AwardRecord]] = TypeAdapter(Annotated[AwardRecord, Field(discriminator="type")])


class GiveRecognition(Strict):
    """A manager or a colleague says that somebody did well, and why."""

    type: Literal["recognition.give"] = "recognition.give"
    recognition_id: Identifier
    staff_id: Identifier
    kind: Literal["praise", "badge"] = "praise"
    label: FreeText = "Well done"
    reason: FreeText
    by: FreeText
    at: Instant


class WithdrawRecognition(Strict):
    """It was given by mistake, or to the wrong person."""

    type: Literal["recognition.withdraw"] = "recognition.withdraw"
    recognition_id: Identifier
    by: FreeText
    at: Instant


def decode_award_record(value: bytes) -> AwardRecord:
    """A record of ``sales.awards``.

    Raises:
        pydantic.ValidationError: not such a record.
    """
    return _RECORDS.validate_json(value)

"""Cases: a shortfall looked into, from its evidence to its cause, and what people do to one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from daybook.schemas.alerts import DedupKey, Name, Scope, Split
from daybook.schemas.fields import BusinessDate, FreeText, Identifier, Instant
from daybook.schemas.lines import Strict


class Cause(StrEnum):
    """Why sales fell short: what a case ends with."""

    PAYMENT = "payment"
    EQUIPMENT = "equipment"
    SITE = "site"
    STOCK = "stock"
    PROMOTION = "promotion"
    FEEDBACK = "customer_feedback"
    BILLING = "billing"
    SERVICE = "service"
    STAFF = "staff"
    TEAM = "team"
    CLOSURE = "closure"
    DATA = "data"
    DEMAND = "demand"
    TARGET = "target"
    UNKNOWN = "unknown"


class Item(StrEnum):
    """The checklist, in the order in which it is gone through: the customer first."""

    FEEDBACK = "customer_feedback"
    BILLING = "billing"
    SERVICE = "service"
    TECHNICAL = "technical"
    STAFF = "staff"
    TEAM = "team"
    EQUIPMENT = "equipment"


CHECKLIST: Final = tuple(Item)
"""All items in order."""


class CaseKind(StrEnum):
    """What a case is about: a shortfall, or something wrong with the tracking itself."""

    SHORTFALL = "shortfall"
    TRACKING = "tracking"


class TrackedThing(StrEnum):
    """What of the tracking may be wrong."""

    FIGURE = "figure"
    ALERT = "alert"
    RULE = "rule"


class Tracked(Strict):
    """Which figure, alert or rule somebody means, and where it was seen."""

    thing: TrackedThing
    name: FreeText
    board: FreeText | None = Field(None, description="The board or page on which it was seen.")


class CaseState(StrEnum):
    """Whether anybody still has something to do."""

    OPEN = "open"
    CLOSED = "closed"


class Evidence(Strict):
    """Something that moved in the same hours, ranked by how unusual it is. It is no cause by itself."""

    kind: Identifier = Field(description="Such as payment_failures, silent_till, enquiries, promotion.")
    label: Name | None = Field(None, description="Which one: a gateway and its reason, a till, a topic.")
    value: int
    usual: int = Field(description="The median of the same hours of like days.")
    unit: Identifier
    unusual: int = Field(description="Thousandths of the usual spread by which it is off, the bad way.")
    accounts_for: int | None = Field(
        None, description="Thousandths of the missing orders that it explains at most; none: nobody can say."
    )
    points_to: Cause


class Note(Strict):
    """What somebody wrote down."""

    by: FreeText
    at: Instant
    text: FreeText


class Check(Strict):
    """An item of the checklist that somebody went through."""

    item: Item
    by: FreeText
    at: Instant
    finding: FreeText


class Action(Strict):
    """Something to be done, by whom and until when."""

    action_id: Identifier
    text: FreeText
    owner: FreeText
    due: BusinessDate
    done_at: Instant | None = None


class Case(Strict):
    """The state of a case as of a version; the newest version of a case id holds."""

    schema_version: Literal["1.0"] = "1.0"
    case_id: Identifier
    version: Annotated[int, Field(ge=0, lt=2**63)]
    kind: CaseKind
    state: CaseState = CaseState.OPEN
    title: FreeText
    scope: Scope
    business_date: BusinessDate
    window_start: Instant = Field(description="The hours that are looked into.")
    window_end: Instant
    opened_at: Instant
    opened_by: FreeText
    about: Tracked | None = Field(None, description="What is wrong, in a case about the tracking.")
    alerts: list[DedupKey] = Field(
        default_factory=list, description="Alerts about the shortfall, first the one that opened the case."
    )
    split: Split | None = None
    shortfall: int | None = Field(
        None, description="Minor units, negative: actual less usual when it was opened."
    )
    evidence: list[Evidence] = Field(default_factory=list)
    owner: FreeText | None = None
    checks: list[Check] = Field(default_factory=list)
    notes: list[Note] = Field(default_factory=list)
    actions: list[Action] = Field(default_factory=list)
    cause: Cause | None = None
    outcome: int | None = Field(
        None, description="Minor units of the whole day against the usual, at its close."
    )
    closed_at: Instant | None = None
    closed_by: FreeText | None = None


class _OnCase(Strict):
    case_id: Identifier
    by: FreeText
    at: Instant


class OpenCase(Strict):
    """Open a case by hand, or say what is wrong with the tracking."""

    type: Literal["case.open"] = "case.open"
    case_id: Identifier
    kind: CaseKind = CaseKind.SHORTFALL
    title: FreeText
    scope: Scope
    business_date: BusinessDate
    window_start: Instant
    window_end: Instant
    about: Tracked | None = None
    by: FreeText
    at: Instant


class TakeCase(_OnCase):
    """Somebody owns the case from now on."""

    type: Literal["case.take"] = "case.take"
    owner: FreeText


class NoteCase(_OnCase):
    """Write something down."""

    type: Literal["case.note"] = "case.note"
    text: FreeText


class CheckCase(_OnCase):
    """Go through an item of the checklist; a later finding replaces an earlier one."""

    type: Literal["case.check"] = "case.check"
    item: Item
    finding: FreeText


class PlanAction(_OnCase):
    """Something is to be done; the same id again changes it."""

    type: Literal["case.plan"] = "case.plan"
    action: Action


class FinishAction(_OnCase):
    """It is done."""

    type: Literal["case.done"] = "case.done"
    action_id: Identifier


class NameCause(_OnCase):
    """What somebody takes for the cause; until the case is closed it may be named anew."""

    type: Literal["case.cause"] = "case.cause"
    cause: Cause


class CloseCase(_OnCase):
    """The cause is found, or will not be."""

    type: Literal["case.close"] = "case.close"
    cause: Cause | None = Field(None, description="The one that was named, if left out.")


class ReopenCase(_OnCase):
    """It was not the cause after all."""

    type: Literal["case.reopen"] = "case.reopen"


CaseCommand = (
    OpenCase
    | TakeCase
    | NoteCase
    | CheckCase
    | PlanAction
    | FinishAction
    | NameCause
    | CloseCase
    | ReopenCase
)
CASE_COMMANDS: Final[TypeAdapter[CaseCommand]] = TypeAdapter(
    Annotated[CaseCommand, Field(discriminator="type")]
)
"""Validates JSON into the command that its ``type`` names."""

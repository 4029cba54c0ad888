"""What promises revenue: deals of a CRM and subscriptions."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import Amount, BusinessDate, Currency, Identifier, Instant
from daybook.schemas.signals.envelope import SignalEnvelope, Version

MAX_TERM_DAYS = 3660
"""Longest contract over whose days a won value is recognised."""


class DealStatus(StrEnum):
    """Whether a deal is still to be decided."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DealChanged(SignalEnvelope):
    """A deal's state at a version. ``subject_id`` is the deal, ``staff_id`` its owner."""

    type: Literal["deal.changed"] = "deal.changed"
    version: Version
    status: DealStatus
    stage: Identifier
    currency: Currency
    value: Amount = Field(description="Minor units, as it stands at this version.")
    created_at: Instant
    term_first: BusinessDate | None = Field(None, description="First day of the contract that was won.")
    term_last: BusinessDate | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.created_at > self.time:
            raise PydanticCustomError("impossible_time", "created_at: after the change itself")
        if (self.term_first is None) != (self.term_last is None):
            raise PydanticCustomError("missing_field", "term_first and term_last belong together")
        if self.term_first is not None and self.term_last is not None:
            days = (self.term_last - self.term_first).days + 1
            if not 1 <= days <= MAX_TERM_DAYS:
                raise PydanticCustomError("out_of_range", "term: from one day to ten years")
        return self


class SubscriptionState(StrEnum):
    """Where a subscription stands after a change; only ``active`` and ``past_due`` ones bring revenue."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"


class SubscriptionChange(StrEnum):
    """What happened; what it does to revenue follows from the amounts, not from this word."""

    STARTED = "started"
    RENEWED = "renewed"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    PAYMENT_FAILED = "payment_failed"


class SubscriptionChanged(SignalEnvelope):
    """A subscription's state at a version. ``subject_id`` is the subscriber, who may have several."""

    type: Literal["subscription.changed"] = "subscription.changed"
    subscription_id: Identifier
    version: Version
    change: SubscriptionChange
    state: SubscriptionState
    currency: Currency
    amount: Amount = Field(description="Minor units per interval, without tax, trials and metered use.")
    interval_months: Annotated[int, Field(ge=1, le=120)] = 1

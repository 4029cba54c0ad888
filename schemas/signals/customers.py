"""What customers do and say: steps of the funnel, answers, sentiment, enquiries."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import FreeText, Instant
from daybook.schemas.signals.envelope import SignalEnvelope, Version


class FunnelStep(StrEnum):
    """A step of a session on its way to a purchase; GA4's event names are taken for the same steps."""

    VISIT = "visit"
    PRODUCT_VIEW = "product_view"
    CART = "cart"
    CHECKOUT = "checkout"
    PURCHASE = "purchase"
    GA4_SESSION_START = "session_start"
    GA4_VIEW_ITEM = "view_item"
    GA4_ADD_TO_CART = "add_to_cart"
    GA4_BEGIN_CHECKOUT = "begin_checkout"


STEPS: Final = (
    FunnelStep.VISIT,
    FunnelStep.PRODUCT_VIEW,
    FunnelStep.CART,
    FunnelStep.CHECKOUT,
    FunnelStep.PURCHASE,
)
"""The steps in the order of the funnel."""
GA4: Final = {
    FunnelStep.GA4_SESSION_START: FunnelStep.VISIT,
    FunnelStep.GA4_VIEW_ITEM: FunnelStep.PRODUCT_VIEW,
    FunnelStep.GA4_ADD_TO_CART: FunnelStep.CART,
    FunnelStep.GA4_BEGIN_CHECKOUT: FunnelStep.CHECKOUT,
}
"""Recommended e-commerce events of Google Analytics 4, and the step that each is; ``purchase`` is its own."""


class FunnelStepped(SignalEnvelope):
    """A session reached a step. ``subject_id`` is the session."""

    type: Literal["funnel.step"] = "funnel.step"
    step: FunnelStep


class EnquiryTopic(StrEnum):
    """What an enquiry, an answer or a review is about."""

    BILLING = "billing"
    SERVICE = "customer_service"
    TECHNICAL = "technical"
    DELIVERY = "delivery"
    PRODUCT = "product"
    OTHER = "other"


class ScoreKind(StrEnum):
    """The question that was asked."""

    CSAT = "csat"
    NPS = "nps"


class SatisfactionAnswered(SignalEnvelope):
    """A customer's score: 1 to 5 for CSAT, 0 to 10 for NPS."""

    type: Literal["satisfaction.answered"] = "satisfaction.answered"
    kind: ScoreKind
    score: Annotated[int, Field(ge=0, le=10)]
    topic: EnquiryTopic = EnquiryTopic.OTHER
    comment: FreeText | None = Field(None, description="Kept only if the personal-data guard finds nothing.")

    @model_validator(mode="after")
    def _check_score(self) -> Self:
        if self.kind is ScoreKind.CSAT and not 1 <= self.score <= 5:
            raise PydanticCustomError("out_of_range", "score: CSAT goes from 1 to 5")
        return self


class SentimentScored(SignalEnvelope):
    """How a review or message sounds, as its source has scored it, from -1 (bad) to 1 (good)."""

    type: Literal["sentiment.scored"] = "sentiment.scored"
    score: Annotated[str, StringConstraints(pattern=r"^(-?0(\.[0-9]{1,6})?|-?1(\.0{1,6})?)$")] = Field(
        description='An exact decimal in a string, such as "-0.75".'
    )
    topic: EnquiryTopic = EnquiryTopic.OTHER


class EnquiryState(StrEnum):
    """How far an enquiry is."""

    OPENED = "opened"
    ANSWERED = "answered"
    RESOLVED = "resolved"


class EnquiryChanged(SignalEnvelope):
    """An enquiry was opened, answered or resolved. ``subject_id`` is the enquiry."""

    type: Literal["enquiry.changed"] = "enquiry.changed"
    version: Version
    state: EnquiryState
    topic: EnquiryTopic
    opened_at: Instant

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.opened_at > self.time:
            raise PydanticCustomError("impossible_time", "opened_at: after the change itself")
        return self

"""Any signal of the topic ``sales.signals``: from a record's bytes, and back."""

from __future__ import annotations

from typing import Annotated, Final

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from daybook.schemas.codec import MAX_EVENT_BYTES, EventRefused, Problem, Reason, refusal
from daybook.schemas.signals.customers import (
    EnquiryChanged,
    FunnelStepped,
    SatisfactionAnswered,
    SentimentScored,
)
from daybook.schemas.signals.revenue import DealChanged, SubscriptionChanged
from daybook.schemas.signals.technical import (
    PaymentFailed,
    SiteError,
    StockChanged,
    TerminalFault,
    TerminalHeartbeat,
)

Signal = (
    FunnelStepped
    | SatisfactionAnswered
    | SentimentScored
    | EnquiryChanged
    | DealChanged
    | SubscriptionChanged
    | PaymentFailed
    | TerminalHeartbeat
    | TerminalFault
    | SiteError
    | StockChanged
)
"""Any signal."""

SIGNALS: Final[TypeAdapter[Signal]] = TypeAdapter(Annotated[Signal, Field(discriminator="type")])
"""Validates JSON into the signal its ``type`` names."""

SIGNAL_MODELS: Final[dict[str, type[BaseModel]]] = {
    "funnel.step": FunnelStepped,
    "satisfaction.answered": SatisfactionAnswered,
    "sentiment.scored": SentimentScored,
    "enquiry.changed": EnquiryChanged,
    "deal.changed": DealChanged,
    "subscription.changed": SubscriptionChanged,
    "payment.failed": PaymentFailed,
    "terminal.heartbeat": TerminalHeartbeat,
    "terminal.fault": TerminalFault,
    "site.error": SiteError,
    "stock.changed": StockChanged,
}
"""Every signal's model by its ``type``."""


def decode_signal(data: bytes) -> Signal:
    """The signal in a record's value.

    Raises:
        EventRefused: it is not valid; says why, by field, without repeating any value.
    """
    if len(data) > MAX_EVENT_BYTES:
        raise EventRefused([Problem(Reason.TOO_LARGE, "", f"larger than {MAX_EVENT_BYTES} bytes")])
    try:
        return SIGNALS.validate_json(data)
    except ValidationError as error:
        raise refusal(error, data, frozenset(SIGNAL_MODELS)) from None


def encode_signal(signal: Signal) -> bytes:
    """The signal as JSON; fields at their default are left out."""
    body = signal.model_dump(mode="json", exclude_defaults=True)
    return orjson.dumps({"schema_version": signal.schema_version, "type": signal.type, **body})

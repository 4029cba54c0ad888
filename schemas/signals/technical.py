"""What systems report: payments that failed, terminals, site errors, goods out of stock."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import Identifier
from daybook.schemas.signals.envelope import SignalEnvelope


class PaymentFailed(SignalEnvelope):
    """A payment was refused or broke down. ``subject_id`` is the order or the terminal."""

    type: Literal["payment.failed"] = "payment.failed"
    gateway: Identifier
    reason: Identifier = Field(description="A code of the gateway, such as card_declined or timeout.")


class TerminalHeartbeat(SignalEnvelope):
    """A till or terminal says that it runs."""

    type: Literal["terminal.heartbeat"] = "terminal.heartbeat"


class TerminalFault(SignalEnvelope):
    """A till or terminal says that something is broken."""

    type: Literal["terminal.fault"] = "terminal.fault"
    code: Identifier


class SiteError(SignalEnvelope):
    """A page or an API of a shop answered with an error."""

    type: Literal["site.error"] = "site.error"
    code: Identifier = Field(description="Such as http_500 or checkout_timeout.")


class StockState(StrEnum):
    """Whether a product can be had."""

    OUT = "out"
    BACK = "back"


class StockChanged(SignalEnvelope):
    """A product ran out at a store, or came back. ``product_id`` is needed."""

    type: Literal["stock.changed"] = "stock.changed"
    state: StockState

    @model_validator(mode="after")
    def _check_product(self) -> Self:
        if self.product_id is None:
            raise PydanticCustomError("missing_field", "product_id: which product")
        return self

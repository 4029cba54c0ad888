"""Sale events: what a checkout publishes on ``sales.events``.

The envelope follows CloudEvents 1.0 (``source``, ``event_id`` for its ``id``, ``type``, ``time``), laid flat.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from daybook.schemas.fields import (
    Amount,
    BusinessDate,
    Currency,
    DecimalText,
    FreeText,
    Identifier,
    Instant,
    OpaqueReference,
    OrderSum,
)
from daybook.schemas.lines import (
    RefundLines,
    SaleLines,
    Strict,
    check_refund_lines,
    check_sale_lines,
)

SCHEMA_VERSION: Final = "1.0"
"""The newest version this code knows. A minor rise adds fields; a major one changes what a field means."""

MAX_BUSINESS_DATE_SHIFT: Final = 7
"""Days by which a till's own business date may differ from the UTC date of the event."""


class Channel(StrEnum):
    """Where the sale was made."""

    POS = "pos"
    ECOMMERCE = "ecommerce"
    MARKETPLACE = "marketplace"
    PHONE = "phone"
    CRM = "crm"


class RevenueStream(StrEnum):
    """How the money comes in."""

    ONE_TIME = "one-time"
    RECURRING = "recurring"
    CONTRACT = "contract"


class StaffShare(Strict):
    """One seller's part in a sale. A part of 1 beside another of 1 is one half."""

    staff_id: Identifier
    share: Annotated[int, Field(ge=1, le=10_000)] = 1


class ReportingRate(Strict):
    """The exact rate to the business's reporting currency, fixed at the sale and reused by its refunds."""

    currency: Currency
    rate: DecimalText = Field(description="Reporting major units for one major unit of the sale's currency.")
    source: FreeText
    time: Instant


class _Envelope(Strict):
    schema_version: Literal["1.0"] = SCHEMA_VERSION
    source: Identifier = Field(description="Who published: unique per till or shop connection.")
    event_id: Identifier = Field(description="Unique within its source; a retry repeats it.")
    time: Instant = Field(description="When it occurred, with UTC offset.")
    order_id: Identifier = Field(description="The order the event is about; also the key of the record.")
    store_id: Identifier
    till_id: Identifier | None = None
    channel: Channel
    revenue_stream: RevenueStream = RevenueStream.ONE_TIME
    currency: Currency
    region: FreeText | None = Field(None, description="Where it counts; the store's own region if left out.")
    campaign: FreeText | None = None
    customer: OpaqueReference | None = None
    staff: Annotated[list[StaffShare], Field(max_length=20)] = Field(default_factory=list)
    reporting: ReportingRate | None = None
    test: bool = Field(False, description="A test or training sale: counted in a ledger of its own.")
    business_date: BusinessDate | None = Field(
        None, description="The till's own business date; believed if given."
    )

    @model_validator(mode="after")
    def _check_envelope(self) -> Self:
        if len(self.staff) > 1 and len({s.staff_id for s in self.staff}) != len(self.staff):
            raise PydanticCustomError("duplicate_staff", "staff: a member is named twice")
        return self

    def _check_business_date(self, instant: Instant) -> None:
        if (
            self.business_date is not None
            and abs((self.business_date - instant.date()).days) > MAX_BUSINESS_DATE_SHIFT
        ):
            raise PydanticCustomError(
                "impossible_time", "business_date: more than seven days from the event's time"
            )


class SaleCompleted(_Envelope):
    """A sale that was closed at the till, or placed in a web shop."""

    type: Literal["sale.completed"] = "sale.completed"
    lines: SaleLines
    charged: OrderSum = Field(
        description="The till's own sum in minor units: all lines less discounts plus tax on top."
    )

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        check_sale_lines(self.lines, self.charged)
        if self.business_date is not None:
            self._check_business_date(self.time)
        return self


class SaleRefunded(_Envelope):
    """Money given back for a sale: by lines, or by an amount only. ``time`` is when it was processed."""

    type: Literal["sale.refunded"] = "sale.refunded"
    lines: RefundLines | None = None
    tax: Amount = Field(0, description="Tax contained in an amount-only refund, in minor units.")
    refunded: OrderSum = Field(description="All that is given back, tax included, in minor units.")
    origin_time: Instant | None = Field(None, description="When the sale was made, if known.")
    origin_business_date: BusinessDate | None = Field(
        None, description="The sale's own business date, if the till knows."
    )

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        check_reversed(self.lines, self.tax, self.refunded)
        if self.business_date is not None:
            self._check_business_date(self.time)
        return self


class SaleVoided(_Envelope):
    """A sale that is taken back as if it had not been made; carries the sale's own lines."""

    type: Literal["sale.voided"] = "sale.voided"
    lines: SaleLines
    charged: OrderSum
    origin_time: Instant = Field(
        description="When the sale was made: the void counts on the sale's business date."
    )

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        check_sale_lines(self.lines, self.charged)
        if self.business_date is not None:
            self._check_business_date(self.origin_time)
        return self


class ReversalKind(StrEnum):
    """Why a part of an order was taken back."""

    REFUND = "refund"
    CANCELLATION = "cancellation"
    EDIT = "edit"


class Reversal(Strict):
    """A part of a snapshot's order that was taken back."""

    kind: ReversalKind
    time: Instant | None = Field(None, description="When; the snapshot's own time if left out.")
    lines: RefundLines | None = None
    tax: Amount = 0
    refunded: OrderSum

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        check_reversed(self.lines, self.tax, self.refunded)
        return self


class Addition(Strict):
    """Lines that were added to a snapshot's order after it was placed."""

    time: Instant | None = Field(None, description="When; the snapshot's own time if left out.")
    lines: SaleLines
    charged: OrderSum

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        check_sale_lines(self.lines, self.charged)
        return self


class OrderSnapshot(_Envelope):
    """An order's whole state at a version, for systems that send "order updated".

    ``time`` is that version's time. ``lines`` are the lines as placed; what was added or taken back since
    stands in ``additions`` and ``reversals``. The newest version replaces all that older ones counted.
    """

    type: Literal["order.snapshot"] = "order.snapshot"
    version: Annotated[int, Field(ge=0, le=2**62)] = Field(
        description="Rises with every change of the order."
    )
    placed_at: Instant
    lines: SaleLines
    charged: OrderSum = Field(description="Sum of the lines as placed, in minor units.")
    additions: Annotated[list[Addition], Field(max_length=200)] = Field(default_factory=list)
    reversals: Annotated[list[Reversal], Field(max_length=200)] = Field(default_factory=list)
    voided: bool = Field(False, description="Never became a sale: nothing of it counts as an order.")

    @model_validator(mode="after")
    def _check_sums(self) -> Self:
        check_sale_lines(self.lines, self.charged)
        if self.business_date is not None:
            self._check_business_date(self.placed_at)
        return self


def check_reversed(lines: RefundLines | None, tax: int, refunded: int) -> None:
    """Check a refund by lines or by amount.

    Raises:
        PydanticCustomError: ``line_sum``, ``order_sum`` or ``negative_amount``.
    """
    if lines is not None:
        if tax:
            raise PydanticCustomError("line_sum", "tax: belongs to the lines where there are lines")
        check_refund_lines(lines, refunded)
    elif refunded < 0:
        raise PydanticCustomError("negative_amount", "refunded: only an adjustment may be negative")
    elif tax > refunded:
        raise PydanticCustomError("line_sum", "tax: exceeds what is refunded")


SaleEvent = SaleCompleted | SaleRefunded | SaleVoided | OrderSnapshot
"""Any event of the topic ``sales.events``."""

EVENTS: Final[TypeAdapter[SaleEvent]] = TypeAdapter(Annotated[SaleEvent, Field(discriminator="type")])
"""Validates JSON into the event its ``type`` names."""

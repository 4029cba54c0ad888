"""Ordinary sales as msgspec reads them: types and ranges as narrow as, or narrower than, the schemas'.

What does not fit here is not refused but left to pydantic, the judge of what is valid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, MsgspecError, Struct
from msgspec.json import Decoder

from daybook.schemas.codec import MAX_EVENT_BYTES

LARGEST: Final = 2**31
"""Largest amount taken, in minor units: the product of two, or the sum over a batch, stays within 63 bits."""

_Money = Annotated[int, Meta(ge=0, le=LARGEST)]
_SignedMoney = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]


class Line(Struct, forbid_unknown_fields=True, gc=False):
    """A line in whole units and whole minor units. See ``schemas.lines.SaleLine``."""

    unit_price: _SignedMoney
    amount: _SignedMoney
    kind: Literal["product", "service", "shipping", "tip", "gift_card", "fee", "adjustment"] = "product"
    product_id: str | None = None
    name: str | None = None
    category: str | None = None
    quantity: Annotated[int, Meta(ge=0, le=10**6)] = 1
    weighed: bool = False
    discount: _Money = 0
    tax: _Money = 0
    tax_included: bool = False


class Seller(Struct, forbid_unknown_fields=True, gc=False):
    """The one seller of a sale. See ``schemas.events.StaffShare``."""

    staff_id: str
    share: Annotated[int, Meta(ge=1, le=10_000)] = 1


class Reporting(Struct, forbid_unknown_fields=True, gc=False):
    """A rate to the reporting currency. See ``schemas.events.ReportingRate``."""

    currency: str
    rate: str
    source: str
    time: str


class Sale(Struct, forbid_unknown_fields=True, gc=False):
    """A sale with at most one seller. See ``schemas.events.SaleCompleted``."""

    type: Literal["sale.completed"]
    source: str
    event_id: str
    time: str
    order_id: str
    store_id: str
    channel: Literal["pos", "ecommerce", "marketplace", "phone", "crm"]
    currency: str
    lines: Annotated[list[Line], Meta(min_length=1, max_length=2000)]
    charged: Annotated[int, Meta(ge=-(10**15), le=10**15)]
    schema_version: Literal["1.0"] = "1.0"
    till_id: str | None = None
    revenue_stream: Literal["one-time", "recurring", "contract"] = "one-time"
    region: str | None = None
    campaign: str | None = None
    customer: str | None = None
    staff: Annotated[tuple[Seller, ...], Meta(max_length=1)] = ()
    test: bool = False
    reporting: Reporting | None = None
    business_date: None = None


_decode: Final = Decoder(Sale).decode


def decode_sales(values: Sequence[bytes]) -> list[Sale | None]:
    """The sale in each value; None where it is none, or not an ordinary one."""
    return [_sale(value) for value in values]


def _sale(value: bytes) -> Sale | None:
    if len(value) > MAX_EVENT_BYTES:
        return None
    try:
        return _decode(value)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return None

"""The types of an event's fields, each with its limits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints
from pydantic_core import PydanticCustomError

from daybook.schemas.currencies import EXPONENTS
from daybook.schemas.guard import find_personal_data

MAX_MINOR_UNITS: Final = 10**12
"""Largest amount of a line, in minor units: ten thousand million pounds, which no sum overflows from."""
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)

IDENTIFIER_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9._:/#~+-]{0,127}"
OPAQUE_REFERENCE_PATTERN: Final = r"[0-9a-f]{32,128}"

Identifier = Annotated[str, StringConstraints(pattern=f"^{IDENTIFIER_PATTERN}$")]
"""An id, SKU or EAN: 1 to 128 letters, digits and ``. _ : / # ~ + -``, no space. Not scanned by the guard."""

OpaqueReference = Annotated[str, StringConstraints(pattern=f"^{OPAQUE_REFERENCE_PATTERN}$")]
"""A keyed hash that its producer made, in lower-case hex: it says nothing about the person behind it."""

DecimalText = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$")]
"""A non-negative exact decimal, written as a string."""


@lru_cache(maxsize=65536)
def _guarded(text: str) -> str:
    found = find_personal_data(text)
    if found is not None:
        raise PydanticCustomError(found.value, "a free text holds what looks like personal data")
    return text


FreeText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_guarded),
]
"""1 to 200 characters without control characters, refused where the personal-data guard finds something."""


def _known_currency(code: str) -> str:
    if code not in EXPONENTS:
        raise PydanticCustomError("unknown_currency", "not an ISO 4217 currency in use")
    return code


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]
"""An ISO 4217 code."""

Amount = Annotated[int, Field(ge=0, le=MAX_MINOR_UNITS)]
"""Non-negative minor units: signs arise in the ledger."""

SignedAmount = Annotated[int, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS)]
"""Minor units, negative only where an ``adjustment`` may be."""

OrderSum = Annotated[int, Field(ge=-(10**15), le=10**15)]
"""A control sum over an event's lines, in minor units."""

Quantity = Annotated[int, Field(ge=0, le=10**9)] | DecimalText
"""How many or how much: an integer, or an exact decimal in a string (1.372 kg is ``"1.372"``)."""

UnitPrice = (
    Annotated[int, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS)]
    | Annotated[str, StringConstraints(pattern=r"^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$")]
)
"""Minor units per unit, which may be finer than the minor unit (fuel at 3.459 is ``"345.9"``)."""


def _possible_instant(value: datetime) -> datetime:
    if not EARLIEST <= value < LATEST:
        raise PydanticCustomError("impossible_time", "before 1990 or after 2099")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_possible_instant)]
"""A time with its UTC offset, between 1990 and 2099."""


def _possible_date(value: date) -> date:
    if not EARLIEST.date() <= value < LATEST.date():
        raise PydanticCustomError("impossible_time", "before 1990 or after 2099")
    return value


BusinessDate = Annotated[date, AfterValidator(_possible_date)]
"""A calendar date, YYYY-MM-DD."""


def exact(value: int | str) -> Decimal:
    """The exact decimal behind a quantity or unit price, without the context's rounding."""
    return Decimal(value)

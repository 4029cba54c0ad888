"""What all plans have in common: when they were set, by whom, why, and whether they were taken back."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from daybook.schemas.fields import BusinessDate, FreeText, Identifier, Instant
from daybook.schemas.lines import Strict

PLAN_VERSION: Final = "1.0"


class Plan(Strict):
    """A statement about business dates. A change is a further one, set later; the older one stays."""

    first: BusinessDate
    last: BusinessDate | None = Field(None, description="The last day it holds; open without one.")
    set_at: Instant
    set_by: Identifier | None = Field(None, description="Who set it: an id or a role, never a name.")
    reason: FreeText
    withdrawn: bool = Field(False, description="From set_at on, what was set before no longer holds.")

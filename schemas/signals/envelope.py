"""What every signal carries. It follows the envelope of a sale, laid flat as well."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from daybook.schemas.events import Channel
from daybook.schemas.fields import FreeText, Identifier, Instant, OpaqueReference
from daybook.schemas.lines import Strict

SIGNAL_VERSION: Final = "1.0"
"""The newest version of signals that this code knows."""

Version = Annotated[int, Field(ge=0, le=2**62)]
"""Rises with every change of what a signal is about."""


class SignalEnvelope(Strict):
    """Who says it, about what, when and where."""

    schema_version: Literal["1.0"] = SIGNAL_VERSION
    source: Identifier = Field(description="Who published: unique per site, shop connection or terminal.")
    event_id: Identifier = Field(description="Unique within its source; a retry repeats it.")
    time: Instant = Field(description="When it occurred, with UTC offset.")
    subject_id: Identifier = Field(
        description="What it is about: session, deal, subscription, enquiry, terminal. Key of the record."
    )
    store_id: Identifier
    till_id: Identifier | None = None
    channel: Channel | None = None
    region: FreeText | None = Field(None, description="Where it counts; the store's own region if left out.")
    staff_id: Identifier | None = None
    product_id: Identifier | None = None
    customer: OpaqueReference | None = None
    campaign: FreeText | None = None
    test: bool = Field(False, description="From a test or training system: counted apart.")

"""What a till says about a sale, and about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from daybook.producers.records import Refusal
from daybook.producers.spool import SpoolStatus


class State(StrEnum):
    """Where a sale is."""

    KEPT = "kept"
    """On the till's disk; it will be sent, after a kill or a power cut as well."""
    ACKNOWLEDGED = "acknowledged"
    """In Kafka."""
    REFUSED = "refused"
    """The far side will not have it: it lies in the spool's ``refused/`` with the reasons."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a sale by the time ``publish`` returned."""

    event_id: str
    state: State
    refusals: tuple[Refusal, ...] = ()
    """Why, where it was refused."""


@dataclass(frozen=True, slots=True)
class TillStatus:
    """How a till stands; times are in UTC by its own clock."""

    spool: SpoolStatus
    delivered_at: datetime | None
    """When the far side last acknowledged something."""
    last_error: str | None
    """Why the newest attempt that failed did so, for support; it may be long over."""
    last_error_at: datetime | None

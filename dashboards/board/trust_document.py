"""What the page is given for the view of trust: amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from daybook.dashboards.board.daystates import DayState
from daybook.dashboards.board.document import Position


@dataclass(frozen=True, slots=True)
class Delays:
    """From the sale to the log, over the last hour; seconds."""

    median: int
    p95: int
    events: int


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Dead letters of the last seven days of one reason and source."""

    reason: str
    source: str
    count: int
    replayable: int
    newest_ms: int


@dataclass(frozen=True, slots=True)
class Late:
    """What the events of a store came to that the log took more than an hour late in the last three days."""

    store_id: str
    currency: str
    events: int
    net: int
    longest_seconds: int


@dataclass(frozen=True, slots=True)
class Check:
    """How totals and lines compared. ``differences`` is None where there was no quiet moment to compare."""

    at_ms: int
    dates: list[date]
    differences: int | None


@dataclass(frozen=True, slots=True)
class TrustDocument:
    """The view of trust. What counts every store's events is None where the viewer may not see all."""

    as_of_ms: int
    exponents: dict[str, int]
    newest_recorded_ms: int | None
    newest_written_ms: int | None
    position: Position | None
    waiting: int | None
    delays: Delays | None
    dead_letters: list[DeadLetters] | None
    late: list[Late]
    days: list[DayState]
    check: Check | None
    names: dict[str, str]
    """Stores' names by id."""

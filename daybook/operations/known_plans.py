"""What operations on plans have in common: the sales they go by, and the plans that were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from pydantic import Field

from daybook.ledger.calendar import Calendar
from daybook.ledger.history import LIKE_DAYS
from daybook.ledger.plans import Plans
from daybook.ledger.projection import MISSED_DAYS
from daybook.ledger.sold import SoldByQuarter
from daybook.ledger.teams import Staff
from daybook.operations.base import Args, CannotAct, Place
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.staff import StaffEntry
from daybook.schemas.targets import Target
from daybook.sinks.history import quarter_amounts
from daybook.sinks.plans import stored_adjustments, stored_targets

_BACK: Final = timedelta(days=MISSED_DAYS * 2) + timedelta(weeks=LIKE_DAYS)
"""As far as the oldest like day of the oldest missed day, with room for days without sales."""


class PlanArgs(Args):
    """As of when (now, if nothing is said), of which measure and book; plans besides stored ones."""

    at: datetime | None = None
    targets: list[Target] = Field(default_factory=list)
    adjustments: list[Adjustment] = Field(default_factory=list)
    staff: list[StaffEntry] = Field(default_factory=list)
    measure: Literal["gross", "net"] = "net"
    book: Literal["sales", "test", "reporting", "reporting-test"] = "sales"

    @property
    def now(self) -> datetime:
        """The moment, in UTC."""
        return (self.at or datetime.now(UTC)).astimezone(UTC)


class Known(NamedTuple):
    """All that a look at the day, or ahead, goes by."""

    now: datetime
    calendar: Calendar
    sold: SoldByQuarter
    plans: Plans
    staff: Staff


def known(place: Place, args: PlanArgs) -> Known:
    """What was sold until the moment and what is planned, stored or given.

    Raises:
        CannotAct: no stores are known, so nobody can say which day it is there.
    """
    if place.calendar is None:
        raise CannotAct("Name the stores file by --stores: the hours of a day depend on the store's zone.")
    now = args.now
    first, last = now.date() - _BACK, now.date() + timedelta(days=1)
    amounts = quarter_amounts(place.store, args.measure, first, last, book=args.book)
    return Known(
        now, place.calendar, SoldByQuarter.of(amounts, place.calendar), plans(place, args), Staff(args.staff)
    )


def plans(place: Place, args: PlanArgs) -> Plans:
    """Targets and adjustments that were published, and those that are given."""
    return Plans(
        [*stored_targets(place.store), *args.targets], [*stored_adjustments(place.store), *args.adjustments]
    )

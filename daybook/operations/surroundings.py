"""What awards and coaching go by besides totals, as a command's files tell it."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from daybook.ledger.board_measures import measures_with
from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.calendar import Calendar
from daybook.ledger.expressions import ExpressionError, parse_all
from daybook.ledger.merged import MergedTotals
from daybook.ledger.targets import Targets
from daybook.ledger.teams import Staff
from daybook.ledger.weights import MergedWeights
from daybook.ledger.yardsticks import Yardsticks
from daybook.operations.base import Args, CannotAct, Place
from daybook.schemas.measures import CustomMeasure
from daybook.schemas.staff import StaffEntry
from daybook.schemas.targets import Target
from daybook.sinks.plans import stored_targets


class FilesArgs(Args):
    """Staff, targets and custom measures of the files, when days close, and as of when."""

    staff: list[StaffEntry] = Field(default_factory=list)
    targets: list[Target] = Field(default_factory=list, description="Besides those that were published.")
    custom: list[CustomMeasure] = Field(default_factory=list)
    grace_hours: float = Field(6.0, ge=0, le=24 * 31)
    at: datetime | None = Field(None, description="As of when; now, if left out.")


def surroundings_of(place: Place, args: FilesArgs, view: MergedTotals) -> Surroundings:
    """Stores, staff, measures and targets that go with a view of totals.

    Raises:
        CannotAct: a custom measure is not valid.
    """
    try:
        measures = measures_with(parse_all({each.name: each.expression for each in args.custom}))
    except (ExpressionError, ValueError) as error:
        raise CannotAct(f"The measures file is not valid: {error}.") from error
    calendar, staff = place.calendar or Calendar([]), Staff(args.staff)
    targets = Targets([*stored_targets(place.store), *args.targets])
    yardsticks = Yardsticks(calendar, staff, lambda: targets, MergedWeights(view, staff))
    return Surroundings(calendar, staff, measures, yardsticks, timedelta(hours=args.grace_hours))

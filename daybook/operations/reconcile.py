"""Totals held against lines, and days recomputed from raw events."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.sinks.rebuild import rebuild as rebuild_days
from daybook.sinks.reconcile import Difference
from daybook.sinks.reconcile import reconcile as compare


class ReconcileArgs(Args):
    """A business date, or all of them."""

    day: date | None = None


class RebuildArgs(Args):
    """Business dates, both inclusive."""

    first: date = Field(description="The first business date.")
    last: date = Field(description="The last business date.")

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.first > self.last:
            raise ValueError("the last day comes before the first")
        return self


def reconcile(place: Place, args: ReconcileArgs) -> Document:
    """Whether totals and lines agree, and where they do not."""
    found = compare(place.store, args.day)
    return {
        "business_date": args.day.isoformat() if args.day else None,
        "agrees": not found,
        "differences": [_as_json(difference) for difference in found],
    }


def rebuild(place: Place, args: RebuildArgs) -> Document:
    """What was recomputed, and what had been wrong.

    Raises:
        CannotAct: no stores are known, so no business date either.
    """
    if place.calendar is None:
        raise CannotAct(
            "Business dates come from the stores file: name it with --stores or DAYBOOK_STORES_FILE."
        )
    made = rebuild_days(place.store, place.calendar, args.first, args.last, progress=place.progress)
    return {
        "from": args.first.isoformat(),
        "to": args.last.isoformat(),
        "events": made.events,
        "totals": made.totals,
        "lines": made.lines,
        "replaced_lines": made.replaced_lines,
        "differences": [_as_json(difference) for difference in made.differences],
    }


def _as_json(difference: Difference) -> Document:
    return {**difference._asdict(), "business_date": difference.business_date.isoformat()}

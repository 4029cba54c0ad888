"""Totals held against lines, and days recomputed from raw events."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime
from typing import Self

from pydantic import Field, model_validator

from daybook.ledger.periods import Period
from daybook.operations.base import Args, CannotAct, Document, Place, need_one_shard
from daybook.operations.surroundings import FilesArgs, surroundings_of
from daybook.schemas.rewards import RewardsFile
from daybook.sinks.rebuild import rebuild as rebuild_days
from daybook.sinks.rebuild_awards import rebuild_awards
from daybook.sinks.reconcile import Difference
from daybook.sinks.reconcile import reconcile as compare


class ReconcileArgs(Args):
    """A business date, or all of them."""

    day: date | None = None


class RebuildArgs(FilesArgs):
    """Business dates, both inclusive, and the files that awards go by."""

    first: date = Field(description="The first business date.")
    last: date = Field(description="The last business date.")
    rewards: RewardsFile | None = Field(None, description="Its awards are recomputed as well.")

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
        CannotAct: no stores are known, so no business date either; a measure is not valid; or rows are spread
            over shards.
    """
    if place.calendar is None:
        raise CannotAct(
            "Business dates come from the stores file: name it with --stores or DAYBOOK_STORES_FILE."
        )
    need_one_shard(place.store)
    awards = None
    made = rebuild_days(place.store, place.calendar, args.first, args.last, progress=place.progress)
    if args.rewards is not None:
        around = functools.partial(surroundings_of, place, args)
        now, days = args.at or datetime.now(UTC), Period(args.first, args.last)
        awards = rebuild_awards(place.store, args.rewards.programmes, around, days, now)
    return {
        "from": args.first.isoformat(),
        "to": args.last.isoformat(),
        "events": made.events,
        "totals": made.totals,
        "lines": made.lines,
        "replaced_lines": made.replaced_lines,
        "awards": awards.awards if awards else None,
        "replaced_awards": awards.replaced if awards else None,
        "differences": [_as_json(difference) for difference in made.differences],
    }


def _as_json(difference: Difference) -> Document:
    return {**difference._asdict(), "business_date": difference.business_date.isoformat()}

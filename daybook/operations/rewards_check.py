"""What a month would have given under a rewards file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pydantic import Field

from daybook.ledger.board_rankings import Surroundings
from daybook.ledger.merged import MergedTotals
from daybook.ledger.periods import PERIODS, Period, period_before
from daybook.ledger.rewards.deciding import Book
from daybook.ledger.rewards.gathering import Gathering
from daybook.ledger.rewards.spans import moment, periods_before, periods_of
from daybook.ledger.rewards.sums import DIMENSIONS
from daybook.ledger.signals.merged import MergedSignals
from daybook.operations.base import CannotAct, Document, Place
from daybook.operations.surroundings import FilesArgs, surroundings_of
from daybook.schemas.awards import AwardStatus
from daybook.schemas.rewards import Programme, RewardsFile
from daybook.sinks.merged import stored_signals, stored_totals


class CheckArgs(FilesArgs):
    """A rewards file, and the month that it is tried on."""

    rewards: RewardsFile
    day: date | None = Field(None, description="A day of the month; one of last month, if left out.")


def check_rewards(place: Place, args: CheckArgs) -> Document:
    """What a month would have given under a rewards file, by sales and signals as they stand now.

    Raises:
        CannotAct: no stores are known, so nobody knows which day it is.
    """
    at = args.at or datetime.now(UTC)
    month = _month(place, args, at)
    programmes = [_tried(programme, month) for programme in args.rewards.programmes]
    earliest = min((_reach(programme) for programme in programmes), default=month.first)
    view, signals = MergedTotals(dimensions=DIMENSIONS), MergedSignals(dimensions=DIMENSIONS)
    for bucket in stored_totals(place.store, earliest, DIMENSIONS):
        view.take(bucket)
    for told in stored_signals(place.store, earliest, DIMENSIONS):
        signals.take(told)
    around = surroundings_of(place, args, view)
    gathering = Gathering(view, around, signals)
    return {
        "month": {"first": month.first.isoformat(), "last": month.last.isoformat()},
        "programmes": [_given(programme, gathering, around, at) for programme in programmes],
    }


def _month(place: Place, args: CheckArgs, at: datetime) -> Period:
    if place.calendar is None or not place.calendar.stores:
        raise CannotAct("Name the stores file by --stores: which day it is depends on the store.")
    if args.day is not None:
        return PERIODS["month"](args.day)
    return period_before("month", moment(place.calendar, at, timedelta(0)).today)


def _tried(programme: Programme, month: Period) -> Programme:
    """The programme as if it held for that month alone: periods that end in it."""
    of = PERIODS[programme.period]
    first = of(month.first)
    if first.last < month.first:
        first = of(first.last + timedelta(days=1))
    last = of(month.last)
    end = last.first if last.last <= month.last else period_before(programme.period, month.last).first
    return programme.model_copy(
        update={"first": first.first, "last": max(end, first.first), "return_window_days": 0}
    )


def _reach(programme: Programme) -> date:
    first = PERIODS[programme.period](programme.first)
    past = periods_before(programme, first)
    return (past[-1] if past else first).first


def _given(programme: Programme, gathering: Gathering, around: Surroundings, at: datetime) -> Document:
    book = Book()
    then = moment(around.calendar, at, around.grace)
    periods = [period for period in periods_of(programme, then.today) if period.last < then.open_from]
    for period in periods:
        book.decide_one(programme, period, gathering, then)
    states = [
        state
        for found in book.awards.values()
        for state in found.values()
        if state.status is not AwardStatus.WITHDRAWN
    ]
    by_key: dict[str, list[int]] = {}
    for state in states:
        by_key.setdefault(state.award.key, []).append(state.award.quantity)
    costs = programme.prize is not None and programme.prize.amount is not None
    return {
        "programme_id": programme.programme_id,
        "title": programme.title,
        "how": programme.give.how,
        "currency": programme.currency,
        "periods": len(periods),
        "awards": len(states),
        "points": sum(state.award.quantity for state in states) if programme.give.how == "points" else None,
        "cost": sum(state.award.quantity for state in states) if costs else None,
        "budget": (programme.prize.budget or 0) * len(periods) if costs and programme.prize else None,
        "who": [
            {"key": key, "awards": len(quantities), "quantity": sum(quantities)}
            for key, quantities in sorted(
                by_key.items(), key=lambda pair: (-sum(pair[1]), -len(pair[1]), pair[0])
            )
        ],
    }

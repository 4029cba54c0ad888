"""Which periods a programme is looked at for, and how far back its rules reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.leaderboards import main_date
from daybook.ledger.periods import PERIODS, Period, period_before
from daybook.ledger.rewards.book import CORRECTED_DAYS
from daybook.schemas.rewards import Basis, Best, Points, Programme, Streak

_DAY: Final = timedelta(days=1)
_LONGEST: Final = {"day": 1, "week": 7, "retail-week": 7, "month": 31, "retail-month": 35}


class Moment(NamedTuple):
    """Which business dates there are at an instant."""

    at: datetime
    """Aware."""
    today: date
    """The one that most stores are at."""
    open_from: date
    """The first that is not closed yet at every store: all before it are."""


def moment(calendar: Calendar, at: datetime, grace: timedelta) -> Moment:
    """The business dates at an aware instant; days are closed ``grace`` after their end.

    Raises:
        ValueError: there is no store.
    """
    stores = calendar.stores
    if not stores:
        raise ValueError("there is no store, so nobody knows which day it is")
    dates = [calendar.moment(store.store_id, at - grace).business_date for store in stores]
    return Moment(at, main_date(calendar, at), min(dates))


def periods_of(programme: Programme, today: date) -> Iterator[Period]:
    """All periods of a programme that have begun, oldest first."""
    of = PERIODS[programme.period]
    period = of(programme.first)
    while period.first <= today and (programme.last is None or period.first <= programme.last):
        yield period
        period = of(period.last + _DAY)


def periods_before(programme: Programme, period: Period) -> list[Period]:
    """The periods of the own past that a programme's rules look at, newest first."""
    found = []
    for _ in range(past_needed(programme)):
        period = period_before(programme.period, period.first)
        found.append(period)
    return found


def past_needed(programme: Programme) -> int:
    """How many periods of the own past its rules look at."""
    improvement = programme.past_periods if programme.basis is Basis.IMPROVEMENT else 0
    if isinstance(programme.give, Streak):
        return programme.give.periods - 1 + improvement
    if isinstance(programme.give, Best):
        return programme.give.of_last
    return improvement


def days_needed(programme: Programme) -> int:
    """For how many business days sales have to be at hand, so that a period can be decided to its end."""
    corrected = CORRECTED_DAYS if isinstance(programme.give, Points) else 0
    periods = _LONGEST[programme.period] * (past_needed(programme) + 1)
    return periods + programme.return_window_days + corrected + 2

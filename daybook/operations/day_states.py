"""Closed since when, and changed by how much: what every figure can say of the days that it is made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from daybook.ledger.calendar import Calendar
from daybook.ledger.days import DayFigure, closes_at, day_figure
from daybook.operations.base import Document, Place
from daybook.sinks.days import DayKey, net_by_arrival


class PeriodState(NamedTuple):
    """Whether the last day of a period is closed at every store, and what its closed days gained since."""

    closed: bool
    since: int

    def told(self) -> Document:
        """As it stands in documents."""
        return {"state": "closed" if self.closed else "provisional", "since": self.since}


def day_figures(
    place: Place, first: date, last: date, grace_hours: float, now: datetime, *, book: str = "sales"
) -> dict[DayKey, DayFigure]:
    """Each business date of each store that is known, by currency; nothing where no stores are known."""
    if place.calendar is None:
        return {}
    grace = timedelta(hours=grace_hours)
    return {
        key: day_figure(nets, closes_at(key[0], place.calendar.store(key[1]).days, grace), now)
        for key, nets in net_by_arrival(place.store, first, last, book=book).items()
        if key[1] in place.calendar
    }


def quiet_day(place: Place, store_id: str, day: date, grace_hours: float, now: datetime) -> DayFigure | None:
    """A business date for which nothing was counted itself; None where its store is not known."""
    if place.calendar is None or store_id not in place.calendar:
        return None
    rules = place.calendar.store(store_id).days
    return day_figure((), closes_at(day, rules, timedelta(hours=grace_hours)), now)


def period_state(figures: Iterable[tuple[DayKey, DayFigure]], currency: str, *, closed: bool) -> PeriodState:
    """What the days of a period say together, in one currency."""
    return PeriodState(closed, sum(f.since or 0 for key, f in figures if key[2] == currency))


def is_closed(calendar: Calendar, last: date, grace_hours: float, now: datetime) -> bool:
    """Whether a business date is closed at every store."""
    grace = timedelta(hours=grace_hours)
    return all(now >= closes_at(last, store.days, grace) for store in calendar.stores)

"""A day's sales as a curve: added up by the quarter hour of the store's own wall clock.

Days are compared by wall time, as people and opening hours go: on the two days a year when the clock changes,
nine o'clock is still nine o'clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Final, NamedTuple

from daybook.ledger.calendar import QUARTER, day_start, wall_time
from daybook.schemas.stores import DayRule

QUARTERS: Final = 96
"""Quarter hours of a day on the wall clock, from the store's cutoff on."""


class QuarterAmount(NamedTuple):
    """What a UTC quarter hour, which begins at ``quarter`` (epoch seconds), brought to a business date."""

    business_date: date
    quarter: int
    amount: int


class DayCurve(NamedTuple):
    """Minor units added up by the end of each wall-clock quarter hour; shape (96,)."""

    business_date: date
    added_up: tuple[int, ...]

    @property
    def total(self) -> int:
        """The whole day's amount."""
        return self.added_up[-1]

    def by(self, quarter: int) -> int:
        """The amount of the day's first quarter hours, 0 to 96 of them."""
        return self.added_up[quarter - 1] if quarter else 0


def wall_quarter(instant: int, day: date, rules: list[DayRule]) -> int:
    """Quarter hour of a business date's wall clock, 0 to 95, in which an instant (epoch seconds) falls.

    What falls on another date (a till states its own business date) counts at that end of the day.
    """
    wall = wall_time(datetime.fromtimestamp(instant, UTC), rules)
    if wall.date() != day:
        return 0 if wall.date() < day else QUARTERS - 1
    return (wall.hour * 3600 + wall.minute * 60 + wall.second) // QUARTER


def day_curves(amounts: Iterable[QuarterAmount], rules: list[DayRule]) -> dict[date, DayCurve]:
    """The curve of each business date on which something was sold at a store with these day rules."""
    days: defaultdict[date, list[QuarterAmount]] = defaultdict(list)
    for amount in amounts:
        days[amount.business_date].append(amount)
    return {day: _curve(day, own, rules) for day, own in days.items()}


def _curve(day: date, amounts: list[QuarterAmount], rules: list[DayRule]) -> DayCurve:
    quarters = [0] * QUARTERS
    start, end = day_start(day, rules), day_start(day + timedelta(days=1), rules)
    # On all but a few days the wall clock runs as instants do, and no zone has to be asked for each of them.
    even = end - start == QUARTERS * QUARTER
    for _, instant, amount in amounts:
        place = (instant - start) // QUARTER if even else wall_quarter(instant, day, rules)
        quarters[min(max(place, 0), QUARTERS - 1)] += amount
    return DayCurve(day, tuple(accumulate(quarters)))


def sum_of_curves(members: Iterable[Mapping[date, DayCurve]]) -> dict[date, DayCurve]:
    """The curves of several stores added up by date, each on its own wall clock."""
    days: dict[date, DayCurve] = {}
    for curves in members:
        for day, curve in curves.items():
            known = days.get(day)
            if known is not None:
                curve = DayCurve(  # noqa: PLW2901 - the sum takes its place
                    day, tuple(a + b for a, b in zip(known.added_up, curve.added_up, strict=True))
                )
            days[day] = curve
    return days

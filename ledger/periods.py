"""The periods that figures are looked at by: days, weeks, months, and windows of days.

Retail weeks and months follow the 4-5-4 calendar of the National Retail Federation: weeks run from Sunday to
Saturday, the year ends on the Saturday nearest to 31 January, and each quarter has months of four, five and
four weeks. A year of 53 weeks gives its last month a fifth one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)
_MONTHS: Final = (4, 5, 4) * 4
_SATURDAY: Final = 5


class Period(NamedTuple):
    """Business dates from first to last, both inclusive."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def single_day(day: date) -> Period:
    """The day itself."""
    return Period(day, day)


def iso_week(day: date) -> Period:
    """Monday to Sunday, as in ISO 8601."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + 6 * _DAY)


def calendar_month(day: date) -> Period:
    """From the first of the month to its last day."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - _DAY)


def retail_week(day: date) -> Period:
    """Sunday to Saturday."""
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    return Period(sunday, sunday + 6 * _DAY)


def retail_month(day: date) -> Period:
    """The month of the 4-5-4 calendar in which a day lies."""
    year = day.year if day >= _retail_year_start(day.year) else day.year - 1
    first, end = _retail_year_start(year), _retail_year_start(year + 1)
    for weeks in _MONTHS[:-1]:
        if day < first + weeks * _WEEK:
            return Period(first, first + weeks * _WEEK - _DAY)
        first += weeks * _WEEK
    return Period(first, end - _DAY)


def _retail_year_start(year: int) -> date:
    """The day after the Saturday nearest to 31 January."""
    end = date(year, 1, 31)
    ahead = (_SATURDAY - end.weekday()) % 7
    return end + timedelta(days=ahead if ahead <= 3 else ahead - 7) + _DAY


def last_days(count: int) -> Callable[[date], Period]:
    """A window that ends with a day and has ``count`` days."""
    return lambda day: Period(day - (count - 1) * _DAY, day)


PERIODS: Final[dict[str, Callable[[date], Period]]] = {
    "day": single_day,
    "week": iso_week,
    "month": calendar_month,
    "retail-week": retail_week,
    "retail-month": retail_month,
    "7-days": last_days(7),
    "28-days": last_days(28),
}
"""The period of each kind in which a day lies, or which ends with it."""


def period_before(kind: str, day: date) -> Period:
    """The period of a kind just before the one that holds a day.

    Raises:
        KeyError: there is no such kind.
    """
    return PERIODS[kind](PERIODS[kind](day).first - _DAY)


def as_long_before(period: Period) -> Period:
    """The days just before a period, as many as it has."""
    return Period(period.first - (period.last - period.first) - _DAY, period.first - _DAY)

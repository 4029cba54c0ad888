"""Public holidays of a country or a part of it, as the ``holidays`` library knows them: a table, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from daybook.schemas.opening import HolidayCalendar

_REMEMBERED: Final = 4096


class UnknownHolidaysError(ValueError):
    """There are no holidays of such a country or subdivision; the message is a sentence."""


def holiday_on(calendar: HolidayCalendar | None, day: date) -> str | None:
    """The name of the holiday on a date, in English where the library has it; None on ordinary dates.

    Raises:
        UnknownHolidaysError: there is no such country or subdivision.
    """
    if calendar is None:
        return None
    return _of_year(calendar.country, calendar.subdivision, day.year).get(day)


def check_holidays(calendar: HolidayCalendar) -> None:
    """Whether the library knows a country and its subdivision.

    Raises:
        UnknownHolidaysError: it does not.
    """
    _of_year(calendar.country, calendar.subdivision, 2000)


@lru_cache(maxsize=_REMEMBERED)
def _of_year(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    # Imported when first needed: most processes know no holidays, and the library is large.
    import holidays  # noqa: PLC0415

    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=year, language="en_US")
    except NotImplementedError:
        part = "" if subdivision is None else f" with a subdivision {subdivision}"
        raise UnknownHolidaysError(f"The holidays library knows no country {country}{part}.") from None
    return MappingProxyType({day: name for day, name in found.items() if day.year == year})

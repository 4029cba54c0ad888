"""The days to come: what each will bring as far as is known now, and their sums with a band."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from daybook.ledger.adjustments import factor, in_force
from daybook.ledger.history import History
from daybook.ledger.opening import opens_on
from daybook.ledger.projection import Miss, band, residuals, sum_of_misses, usual_total
from daybook.ledger.sold import Key
from daybook.ledger.typical import TypicalDays
from daybook.schemas.adjustments import Adjustment
from daybook.schemas.rounding import divide

_DAY: Final = timedelta(days=1)
ORIGINS: Final = 56
"""Past days from which one would have looked ahead: how far off they were makes the band."""
_WEEKS_BEFORE: Final = 4
"""Weeks of history that a past day needs before one would have looked ahead from it."""


class DayOutlook(NamedTuple):
    """A day to come; minor units. ``usual`` is without adjustments; ``opens`` is None where not stated."""

    business_date: date
    expected: int
    usual: int
    opens: bool | None
    holiday: str | None
    adjustments: Sequence[Adjustment]


class Outlook(NamedTuple):
    """The sum of some days, minor units. ``missed``: how far off past looks ahead over as many days were."""

    first: date
    last: date
    expected: int
    usual: int
    low: int | None
    high: int | None
    missed: Mapping[date, Miss]


def day_outlooks(
    typical: TypicalDays, key: Key, today: date, days: int, adjustments: Sequence[Adjustment]
) -> list[DayOutlook]:
    """The days after today, by what was known before today; ``adjustments`` is what ``newest`` gave."""
    store, kinds = typical.calendar.store(key[0]), typical.histories[key].kinds
    found = []
    for ahead in range(1, days + 1):
        day = today + ahead * _DAY
        opens = opens_on(store, day)
        usual = 0 if opens is False else typical.total(key, day, today)
        held = in_force(adjustments, store, day)
        times = factor(held)
        expected = divide(usual * times.numerator, times.denominator)
        found.append(DayOutlook(day, expected, usual, opens, kinds.holiday(day), held))
    return found


def outlook(days: Sequence[DayOutlook], missed: Mapping[date, Miss]) -> Outlook:
    """The sum of some days, with a band by what ``looks_back`` found for as many."""
    expected, usual = sum(day.expected for day in days), sum(day.usual for day in days)
    return _banded(days[0].business_date, days[-1].business_date, expected, usual, missed)


def sum_of_outlooks(outlooks: Sequence[Outlook]) -> Outlook:
    """Several stores' sums of the same days added up; what they missed is added by date."""
    first, last = min(each.first for each in outlooks), max(each.last for each in outlooks)
    expected, usual = sum(each.expected for each in outlooks), sum(each.usual for each in outlooks)
    return _banded(first, last, expected, usual, sum_of_misses(each.missed for each in outlooks))


def _banded(first: date, last: date, expected: int, usual: int, missed: Mapping[date, Miss]) -> Outlook:
    low, high = band(expected, expected, residuals(missed))
    return Outlook(first, last, expected, usual, low, high, missed)


def looks_back(history: History, today: date, lengths: Collection[int]) -> dict[int, dict[date, Miss]]:
    """How far off one would have been, looking ahead over so many days from each of the last 56.

    By length in days, then by the day looked ahead from. Each look knows only what was known before its day,
    and is over days that have ended.
    """
    found: dict[int, dict[date, Miss]] = {length: {} for length in lengths}
    first, longest = min(history, default=today) + timedelta(weeks=_WEEKS_BEFORE), max(lengths, default=0)
    for back in range(2, ORIGINS + longest + 1):
        origin = today - back * _DAY
        if origin < first:
            break
        amount = usual = 0
        for length in range(1, min(longest, back - 1) + 1):
            day = origin + length * _DAY
            amount += history[day].total if day in history else 0
            usual += _usual_then(history, day, origin)
            if length in found and back - length <= ORIGINS:
                found[length][origin] = Miss(amount - usual, usual)
    return found


def _usual_then(history: History, day: date, origin: date) -> int:
    return 0 if history.kinds.opens(day) is False else usual_total(history, day, origin) or 0

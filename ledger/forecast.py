"""What the next days, weeks and the month's end will bring, per store and in all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from daybook.ledger.outlook import DayOutlook, Outlook, day_outlooks, looks_back, outlook, sum_of_outlooks
from daybook.ledger.pace import StorePace
from daybook.ledger.periods import calendar_month
from daybook.ledger.projection import Miss
from daybook.ledger.typical import TypicalDays
from daybook.schemas.adjustments import Adjustment

WEEK: Final = 7
FOUR_WEEKS: Final = 28
_DAY: Final = timedelta(days=1)


class MonthEnd(NamedTuple):
    """What a calendar month will come to, minor units: sold before today, and what is still to come.

    ``outlook`` is over today, as projected, and the rest of the month.
    """

    first: date
    last: date
    sold: int
    outlook: Outlook

    @property
    def close(self) -> int:
        """What the month comes to."""
        return self.sold + self.outlook.expected

    @property
    def band(self) -> tuple[int, int] | tuple[None, None]:
        """Between which amounts it does in eight of ten cases."""
        low, high = self.outlook.low, self.outlook.high
        return (None, None) if low is None or high is None else (self.sold + low, self.sold + high)


class Forecast(NamedTuple):
    """A store, or all of a currency (an empty ``store_id``), in the days after a business date."""

    store_id: str
    currency: str
    business_date: date
    days: Sequence[DayOutlook]
    week: Outlook
    four_weeks: Outlook
    month: MonthEnd


def store_forecast(typical: TypicalDays, pace: StorePace, adjustments: Sequence[Adjustment]) -> Forecast:
    """One store's forecast; ``adjustments`` is what ``newest`` gave."""
    key, today = (pace.store_id, pace.currency), pace.business_date
    month = calendar_month(today)
    left = (month.last - today).days
    days = day_outlooks(typical, key, today, max(FOUR_WEEKS, left), adjustments)
    missed = looks_back(typical.histories[key], today, {WEEK, FOUR_WEEKS, left + 1})
    history = typical.histories[key]
    sold = sum(curve.total for day, curve in history.items() if month.first <= day < today)
    return Forecast(
        *key,
        today,
        days[:FOUR_WEEKS],
        outlook(days[:WEEK], missed[WEEK]),
        outlook(days[:FOUR_WEEKS], missed[FOUR_WEEKS]),
        MonthEnd(month.first, month.last, sold, _rest(pace, days[:left], missed[left + 1])),
    )


def _rest(pace: StorePace, days: Sequence[DayOutlook], missed: Mapping[date, Miss]) -> Outlook:
    """Today's projected close and the days after it; on a month's last day the band is that day's own."""
    seen, usual = pace.projection, pace.unadjusted
    today = DayOutlook(
        pace.business_date,
        seen.close if seen else pace.actual,
        usual.close if usual else pace.actual,
        None,
        None,
        pace.adjustments,
    )
    rest = outlook([today, *days], missed)
    if days or seen is None:
        return rest
    return rest._replace(low=seen.low, high=seen.high)


def sum_of_forecasts(forecasts: Sequence[Forecast]) -> list[Forecast]:
    """All stores of each currency added up."""
    members: defaultdict[str, list[Forecast]] = defaultdict(list)
    for forecast in forecasts:
        members[forecast.currency].append(forecast)
    return [_sum(currency, own) for currency, own in sorted(members.items())]


def _sum(currency: str, members: Sequence[Forecast]) -> Forecast:
    months = [each.month for each in members]
    month = MonthEnd(
        min(each.first for each in months),
        max(each.last for each in months),
        sum(each.sold for each in months),
        sum_of_outlooks([each.outlook for each in months]),
    )
    days: defaultdict[date, list[DayOutlook]] = defaultdict(list)
    for each in members:
        for day in each.days:
            days[day.business_date].append(day)
    return Forecast(
        "",
        currency,
        min(each.business_date for each in members),
        [_day(day, own) for day, own in sorted(days.items())],
        sum_of_outlooks([each.week for each in members]),
        sum_of_outlooks([each.four_weeks for each in members]),
        month,
    )


def _day(day: date, members: Sequence[DayOutlook]) -> DayOutlook:
    expected, usual = sum(each.expected for each in members), sum(each.usual for each in members)
    names = {each.holiday for each in members}
    holiday = next(iter(names)) if len(names) == 1 else None
    return DayOutlook(day, expected, usual, None, holiday, ())

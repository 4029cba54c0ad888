"""The days to come: what each will bring, the next week and four weeks, and the month's end."""

from __future__ import annotations

from daybook.ledger.adjustments import newest
from daybook.ledger.forecast import Forecast, MonthEnd, store_forecast, sum_of_forecasts
from daybook.ledger.outlook import DayOutlook, Outlook
from daybook.ledger.pace import Paces
from daybook.ledger.typical import TypicalDays
from daybook.operations.base import Document, Place
from daybook.operations.known_plans import Known, PlanArgs, known


class ForecastArgs(PlanArgs):
    """The same as for all plans; ``store_id`` for one store alone."""

    store_id: str | None = None


def forecast(place: Place, args: ForecastArgs) -> Document:
    """Expected sales with a band, per store and in all, and how they would be without adjustments.

    Raises:
        CannotAct: no stores are known, so nobody can say which day it is there.
    """
    found = known(place, args)
    stores = [each for each in forecasts(found) if args.store_id in (None, each.store_id)]
    return {
        "as_of": found.now.isoformat(),
        "measure": args.measure,
        "groups": [_told(each) for each in sum_of_forecasts(stores)],
        "stores": [{"store_id": each.store_id, **_told(each)} for each in stores],
    }


def forecasts(found: Known) -> list[Forecast]:
    """Of every store that has a typical day to go by."""
    paces = Paces(found.sold).at(found.now, found.plans.adjustments)
    seen = int(found.now.timestamp())
    histories = {key: found.sold.history(key, seen) for key in found.sold.stores()}
    typical = TypicalDays(histories, found.calendar)
    held = newest(found.plans.adjustments, found.now)
    return [store_forecast(typical, pace, held) for pace in paces if pace.projection is not None]


def _told(found: Forecast) -> Document:
    return {
        "currency": found.currency,
        "business_date": found.business_date.isoformat(),
        "next_7_days": _outlook(found.week),
        "next_28_days": _outlook(found.four_weeks),
        "month": _month(found.month),
        "days": [_day(day) for day in found.days],
    }


def _outlook(found: Outlook) -> Document:
    return {
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "expected": found.expected,
        "low": found.low,
        "high": found.high,
        "expected_unadjusted": found.usual,
    }


def _month(found: MonthEnd) -> Document:
    low, high = found.band
    return {
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "sold_before_today": found.sold,
        "expected": found.close,
        "low": low,
        "high": high,
        "expected_unadjusted": found.sold + found.outlook.usual,
    }


def _day(day: DayOutlook) -> Document:
    return {
        "business_date": day.business_date.isoformat(),
        "expected": day.expected,
        "expected_unadjusted": day.usual,
        "opens": day.opens,
        "holiday": day.holiday,
    }

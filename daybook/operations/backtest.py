"""How right past projections would have been."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from daybook.ledger.backtest import backtest, past_days
from daybook.ledger.curves import day_curves
from daybook.ledger.history import DayKinds, History
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.sinks.history import quarter_amounts
from daybook.sinks.reconcile import FIRST_DAY, LAST_DAY

_QUARTERS: Final = range(9 * 4, 19 * 4 + 1, 4)
"""From 9 to 19 hours after the cutoff, by the hour."""


class BacktestArgs(Args):
    """Which days, both inclusive; of one store or of all; of which measure and book."""

    first: date | None = None
    last: date | None = None
    store_id: str | None = None
    measure: Literal["gross", "net"] = "gross"
    book: Literal["sales", "test", "reporting", "reporting-test"] = "sales"


def run_backtest(place: Place, args: BacktestArgs) -> Document:
    """Each method's median absolute percentage error by hour, over all days with eight like days before them.

    Raises:
        CannotAct: no stores are known, or there is no such day.
    """
    if place.calendar is None:
        raise CannotAct("Name the stores file by --stores: the hours of a day depend on the store's zone.")
    first, last = args.first or FIRST_DAY, args.last or LAST_DAY
    days = []
    # Days before the first one asked for are needed as its like days.
    for (store_id, _), amounts in quarter_amounts(
        place.store, args.measure, FIRST_DAY, last, book=args.book
    ).items():
        if store_id in place.calendar and args.store_id in (None, store_id):
            store = place.calendar.store(store_id)
            history = History(day_curves(amounts, store.days), DayKinds(store))
            days += past_days(history, first, last)
    if not days:
        raise CannotAct("No day of that period has eight like days with sales before it.")
    return {
        "measure": args.measure,
        "days": len(days),
        "hours": [
            {"hours_since_cutoff": result.quarter // 4, "median_error_ppm": result.errors}
            for result in backtest(days, _QUARTERS)
        ],
    }

"""Totals by business date, store and currency."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pydantic import Field

from daybook.ledger.days import DayFigure
from daybook.operations.base import Args, Document, Place
from daybook.operations.day_states import day_figures, quiet_day
from daybook.sinks.reading import counts, store_totals
from daybook.sinks.reconcile import FIRST_DAY, LAST_DAY


class TotalsArgs(Args):
    """Which days, both inclusive, and of which book."""

    first: date | None = None
    last: date | None = None
    book: str = Field("sales", pattern="^(sales|test|reporting|reporting-test)$")
    grace_hours: float = Field(6.0, ge=0, le=24 * 31)
    at: datetime | None = Field(None, description="As of when a day counts as closed; now, if left out.")


def totals(place: Place, args: TotalsArgs) -> Document:
    """All figures, sorted by business date, store and currency, and how many events are behind them.

    Where stores are known each day says whether it is closed, and by how much its net has changed since.
    """
    counted = counts(place.store)
    first, last = args.first or FIRST_DAY, args.last or LAST_DAY
    now = args.at or datetime.now(UTC)
    days = day_figures(place, first, last, args.grace_hours, now, book=args.book)
    return {
        "events": {
            "received": counted.received,
            "counted": counted.counted,
            "duplicates": counted.duplicates,
            "dead": counted.dead,
        },
        "totals": [
            {
                "business_date": row.business_date.isoformat(),
                "store_id": row.store_id,
                "currency": row.currency,
                **row.figures._asdict(),
                **_state(
                    days.get((row.business_date, row.store_id, row.currency))
                    or quiet_day(place, row.store_id, row.business_date, args.grace_hours, now)
                ),
            }
            for row in store_totals(place.store, args.first, args.last, book=args.book)
        ],
    }


def _state(day: DayFigure | None) -> Document:
    return {"state": None, "since": None} if day is None else {"state": day.state, "since": day.since}

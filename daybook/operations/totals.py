"""Totals by business date, store and currency."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from daybook.operations.base import Args, Document, Place
from daybook.sinks.reading import counts, store_totals


class TotalsArgs(Args):
    """Which days, both inclusive, and of which book."""

    first: date | None = None
    last: date | None = None
    book: str = Field("sales", pattern="^(sales|test|reporting|reporting-test)$")


def totals(place: Place, args: TotalsArgs) -> Document:
    """All figures, sorted by business date, store and currency, and how many events are behind them."""
    counted = counts(place.store)
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
            }
            for row in store_totals(place.store, args.first, args.last, book=args.book)
        ],
    }

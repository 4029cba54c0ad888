"""Who is where today, against the usual day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from daybook.ledger.pace import group_paces, store_paces
from daybook.ledger.projection import LIKE_DAYS, MISSED_DAYS, Projection
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.sinks.history import quarter_amounts

_BACK: Final = timedelta(days=MISSED_DAYS * 2) + timedelta(weeks=LIKE_DAYS)
"""As far as the oldest like day of the oldest missed day, with room for days without sales."""


class PaceArgs(Args):
    """As of when (now, if nothing is said), of which measure and book."""

    at: datetime | None = None
    measure: Literal["gross", "net"] = "net"
    book: Literal["sales", "test", "reporting", "reporting-test"] = "sales"


def pace(place: Place, args: PaceArgs) -> Document:
    """Sales so far, expected by now, projected close and band: per store, and all of a currency together.

    Raises:
        CannotAct: no stores are known, so nobody can say which day it is there.
    """
    if place.calendar is None:
        raise CannotAct("Name the stores file by --stores: the hours of a day depend on the store's zone.")
    now = (args.at or datetime.now(UTC)).astimezone(UTC)
    amounts = quarter_amounts(
        place.store, args.measure, now.date() - _BACK, now.date() + timedelta(days=1), book=args.book
    )
    stores = store_paces(amounts, place.calendar, now)
    return {
        "as_of": now.isoformat(),
        "measure": args.measure,
        "groups": [
            {
                "currency": group.currency,
                "actual": group.actual,
                **_told(group.projection),
                "stores": group.stores,
                "left_out": group.left_out,
            }
            for group in group_paces(stores)
        ],
        "stores": [
            {
                "store_id": store.store_id,
                "currency": store.currency,
                "business_date": store.business_date.isoformat(),
                "actual": store.actual,
                **_told(store.projection),
            }
            for store in stores
        ],
    }


def _told(projection: Projection | None) -> Document:
    if projection is None:
        return {"expected": None, "projected_close": None, "low": None, "high": None}
    return {
        "expected": projection.expected,
        "projected_close": projection.close,
        "low": projection.low,
        "high": projection.high,
    }

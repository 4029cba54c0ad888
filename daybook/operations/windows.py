"""Rolling windows per store."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import Field

from daybook.ledger.windows import LABELS, rolling
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.sinks.windows import recent_days, recent_quarters


class WindowsArgs(Args):
    """Of which book, and as of when; now, if nothing is said."""

    book: str = Field("sales", pattern="^(sales|test|reporting|reporting-test)$")
    at: datetime | None = None


def windows(place: Place, args: WindowsArgs) -> Document:
    """Figures of the last 60 minutes, 24 hours, 7 and 28 days by store and currency.

    Raises:
        CannotAct: no stores are known, so nobody can say which business date runs where.
    """
    if place.calendar is None:
        raise CannotAct("Name the stores file by --stores: the running business date depends on the store.")
    now = args.at or datetime.now(UTC)
    today = {
        store.store_id: place.calendar.moment(store.store_id, now).business_date
        for store in place.calendar.stores
    }
    found = rolling(
        recent_quarters(place.store, now, args.book),
        recent_days(place.store, now, args.book),
        int(now.timestamp()),
        today,
    )
    return {
        "as_of": now.isoformat(),
        "labels": LABELS,
        "windows": [
            {"store_id": store, "currency": currency, "window": name, **per_window[name]._asdict()}
            for (store, currency), per_window in sorted(found.items())
            for name in LABELS
            if name in per_window
        ],
    }

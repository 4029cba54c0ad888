"""Days and their state: provisional, or closed and what has changed since."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from pydantic import Field

from daybook.ledger.calendar import Calendar
from daybook.ledger.days import ClosedDay, Posting, close, closes_at
from daybook.ledger.measures import BASE, DISCOUNTS, GROSS, REVERSALS
from daybook.operations.base import Args, CannotAct, Document, Place
from daybook.sinks.days import day_postings

_MOST: Final = 400
"""Days that may be listed at once."""


class DaysArgs(Args):
    """Which business dates, both inclusive; of one store or of all."""

    first: date
    last: date
    store_id: str | None = None
    grace_hours: float = Field(ge=0, le=24 * 31)
    at: datetime | None = Field(None, description="As of when a day counts as closed; now, if left out.")


class DayArgs(Args):
    """One business date; of one store or of all."""

    day: date
    store_id: str | None = None
    grace_hours: float = Field(ge=0, le=24 * 31)
    at: datetime | None = None


def list_days(place: Place, args: DaysArgs) -> Document:
    """Each day's net when it closed, now, and how often it was restated since.

    Raises:
        CannotAct: no stores are known, or the dates are too many.
    """
    if (args.last - args.first).days >= _MOST:
        raise CannotAct(f"Ask for at most {_MOST} days at once.")
    return {"days": [day for day, _ in _days(place, args.first, args.last, args)]}


def show_day(place: Place, args: DayArgs) -> Document:
    """One day with its journal: what each event changed after the day had closed.

    Raises:
        CannotAct: no stores are known.
    """
    return {
        "days": [
            {
                **day,
                "journal": [
                    {
                        "recorded_at": entry.recorded_at.isoformat(),
                        "cause": entry.cause,
                        "source": entry.source,
                        "event_id": entry.event_id,
                        "order_id": entry.order_id,
                        "net": _net(entry.measures),
                        "measures": {
                            name: value for name, value in zip(BASE, entry.measures, strict=True) if value
                        },
                    }
                    for entry in closed.journal
                ],
            }
            for day, closed in _days(place, args.day, args.day, args)
        ]
    }


def _days(
    place: Place, first: date, last: date, args: DaysArgs | DayArgs
) -> list[tuple[Document, ClosedDay]]:
    if place.calendar is None:
        raise CannotAct("Name the stores file by --stores: when a day closes depends on the store.")
    now = args.at or datetime.now(UTC)
    grace = timedelta(hours=args.grace_hours)
    found = day_postings(place.store, first, last, store_id=args.store_id)
    return [
        _day(key, postings, place.calendar, grace, now)
        for key, postings in sorted(found.items())
        if key[1] in place.calendar
    ]


def _day(
    key: tuple[date, str, str], postings: list[Posting], calendar: Calendar, grace: timedelta, now: datetime
) -> tuple[Document, ClosedDay]:
    day, store_id, currency = key
    at = closes_at(day, calendar.store(store_id).days, grace)
    is_closed = now >= at
    closed = close(postings, at if is_closed else datetime.max.replace(tzinfo=UTC), len(BASE))
    since = sum(_net(entry.measures) for entry in closed.journal)
    net = _net(closed.measures)
    document: dict[str, Any] = {
        "business_date": day.isoformat(),
        "store_id": store_id,
        "currency": currency,
        "state": "closed" if is_closed else "provisional",
        "closes_at": at.isoformat(),
        "net_at_close": net if is_closed else None,
        "since": since if is_closed else None,
        "net": net + since,
        "restatements": len(closed.journal),
    }
    return document, closed


def _net(measures: list[int]) -> int:
    return measures[GROSS] + measures[DISCOUNTS] + measures[REVERSALS]

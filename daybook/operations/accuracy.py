"""How right past projections were: those that the watcher told, against what the days came to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import Field

from daybook.dashboards.queries import load
from daybook.operations.base import Args, Document, Place


class AccuracyArgs(Args):
    """The finished days before a moment's date (UTC; now, if nothing is said)."""

    at: datetime | None = None
    days: int = Field(56, ge=1, le=3650)


def show_accuracy(place: Place, args: AccuracyArgs) -> Document:
    """By scope and hour of the day: median error, bias, and the part of days that closed within the band."""
    # A day west of Greenwich may still run for most of the UTC day after it.
    last = (args.at or datetime.now(UTC)).astimezone(UTC).date() - timedelta(days=2)
    first = last - timedelta(days=args.days - 1)
    rows = place.store.records(load("projection_accuracy"), {"from": first, "to": last})
    return {"from": first.isoformat(), "to": last.isoformat(), "hours": rows}

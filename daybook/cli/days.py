"""``daybook days``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import click

from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.cli.totals import amount, signed
from daybook.operations.base import Document
from daybook.operations.days import DayArgs, DaysArgs
from daybook.settings import Settings

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.group()
def days() -> None:
    """Business days: provisional or closed, and what has changed since they closed."""


@days.command("list")
@click.option("--from", "first", type=_DAY, help="First business date; a week ago, if left out.")
@click.option("--to", "last", type=_DAY, help="Last business date; today, if left out.")
@click.option("--store", "store_id", help="One store; all, if left out.")
@store_options
def list_days(
    *,
    settings: Settings,
    as_json: bool,
    first: datetime | None,
    last: datetime | None,
    store_id: str | None,
) -> None:
    """List days with their net when they closed, and since."""
    end = last.date() if last else datetime.now(UTC).date() + timedelta(days=1)
    args = DaysArgs(
        first=first.date() if first else end - timedelta(days=7),
        last=end,
        store_id=store_id,
        grace_hours=settings.day_grace_hours,
    )
    document = do(settings, "days-list", args)
    if as_json:
        print_json(document)
    else:
        _print_days(document)


@days.command("show")
@click.argument("day", type=_DAY)
@click.option("--store", "store_id", help="One store; all, if left out.")
@store_options
def show_day(*, settings: Settings, as_json: bool, day: datetime, store_id: str | None) -> None:
    """Show the journal of a day: what each event changed after it had closed."""
    args = DayArgs(day=day.date(), store_id=store_id, grace_hours=settings.day_grace_hours)
    document = do(settings, "days-show", args)
    if as_json:
        print_json(document)
        return
    _print_days(document)
    rows = [
        [
            shown["store_id"],
            entry["recorded_at"],
            entry["cause"],
            entry["order_id"],
            f"{entry['source']} {entry['event_id']}",
            signed(entry["net"], shown["currency"]),
        ]
        for shown in document["days"]
        for entry in shown["journal"]
    ]
    if rows:
        print_table(["store", "counted at", "cause", "order", "event", "net"], rows, left=5)


def _print_days(document: Document) -> None:
    rows = [
        [day["business_date"], day["store_id"], _state(day), amount(day["net"], day["currency"])]
        for day in document["days"]
    ]
    print_table(["business date", "store", "state", "net"], rows, left=3)


def _state(day: Document) -> str:
    if day["state"] == "provisional":
        return f"provisional until {day['closes_at']}"
    if not day["restatements"]:
        return "closed"
    return f"closed, {signed(day['since'], day['currency'])} since"

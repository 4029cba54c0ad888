"""``daybook totals``."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import click

from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.operations.base import Document
from daybook.operations.totals import TotalsArgs
from daybook.operations.windows import WindowsArgs
from daybook.schemas.currencies import exponent
from daybook.settings import Settings

_DAY: Final = click.DateTime(["%Y-%m-%d"])
_MONEY: Final = ("gross", "discounts", "reversals", "net", "tax", "total", "charged")
_COUNTS: Final = ("orders", "units")


@click.command()
@click.option("--from", "first", type=_DAY, help="First business date.")
@click.option("--to", "last", type=_DAY, help="Last business date.")
@click.option("--rolling", is_flag=True, help="The last 60 minutes, 24 hours, 7 and 28 days instead of days.")
@click.option("--book", type=click.Choice(["sales", "test", "reporting", "reporting-test"]), default="sales")
@store_options
def totals(
    *,
    settings: Settings,
    as_json: bool,
    first: datetime | None,
    last: datetime | None,
    rolling: bool,
    book: str,
) -> None:
    """Show the totals by business date, store and currency."""
    if rolling:
        _show_windows(do(settings, "windows", WindowsArgs(book=book)), as_json=as_json)
        return
    args = TotalsArgs(
        first=first.date() if first else None,
        last=last.date() if last else None,
        book=book,
        grace_hours=settings.day_grace_hours,
    )
    document = do(settings, "totals", args)
    if as_json:
        print_json(document)
        return
    rows = [
        [row["business_date"], row["store_id"], row["currency"]]
        + [amount(row[name], row["currency"]) for name in _MONEY]
        + [f"{row[name]:,}" for name in _COUNTS]
        + [state(row)]
        for row in document["totals"]
    ]
    print_table(["business date", "store", "currency", *_MONEY, *_COUNTS, "state"], rows, left=3)
    events = document["events"]
    click.echo(
        f"{events['received']:,} events received: {events['counted']:,} counted, "
        f"{events['duplicates']:,} duplicates, {events['dead']:,} dead letters."
    )


def _show_windows(document: Document, *, as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    labels = document["labels"]
    rows = [
        [row["store_id"], row["currency"], labels[row["window"]]]
        + [amount(row[name], row["currency"]) for name in _MONEY]
        + [f"{row[name]:,}" for name in _COUNTS]
        for row in document["windows"]
    ]
    print_table(["store", "currency", "window", *_MONEY, *_COUNTS], rows, left=3)


def amount(minor: int, currency: str) -> str:
    """Minor units as people write them, such as -1,204.50."""
    digits = exponent(currency)
    whole, fraction = divmod(abs(minor), 10**digits)
    text = f"{whole:,}.{fraction:0{digits}}" if digits else f"{whole:,}"
    return f"-{text}" if minor < 0 else text


def signed(minor: int, currency: str) -> str:
    """An amount that is a difference, such as +212.00."""
    return f"+{amount(minor, currency)}" if minor > 0 else amount(minor, currency)


def state(row: Document) -> str:
    """Whether a figure's day is closed and what has changed since, such as "closed, +212.00 since"."""
    if not row["since"]:
        return row["state"] or "-"
    return f"{row['state']}, {signed(row['since'], row['currency'])} since"

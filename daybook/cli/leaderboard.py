"""``daybook leaderboard``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import click

from daybook.cli.store_options import do, print_json, print_table, store_options
from daybook.cli.totals import amount
from daybook.ledger.leaderboards import MEASURES
from daybook.ledger.periods import PERIODS
from daybook.operations.base import Document
from daybook.operations.leaderboard import LeaderboardArgs
from daybook.settings import Settings
from daybook.sinks.contenders import LINE_COLUMN

_DAY: Final = click.DateTime(["%Y-%m-%d"])
_MILLIONTHS: Final = 1_000_000


@click.command()
@click.option("--by", type=click.Choice(list(LINE_COLUMN)), required=True, help="What is ranked.")
@click.option("--measure", type=click.Choice(list(MEASURES)), default="net", show_default=True)
@click.option("--period", type=click.Choice(list(PERIODS)), default="day", show_default=True)
@click.option("--date", "day", type=_DAY, help="A day of the period; today at the stores, if left out.")
@click.option("--from", "first", type=_DAY, help="With --to: any dates instead of a period.")
@click.option("--to", "last", type=_DAY)
@click.option("--top", type=click.IntRange(0, 10_000), default=10, show_default=True)
@click.option("--bottom", type=click.IntRange(0, 10_000), default=0, help="The last ones; for managers only.")
@click.option("--own", help="Show the place of this one besides.")
@click.option("--minimum-orders", type=click.IntRange(0), default=0, help="Leave out who has fewer.")
@store_options
def leaderboard(
    *,
    settings: Settings,
    as_json: bool,
    day: datetime | None,
    first: datetime | None,
    last: datetime | None,
    **chosen: Any,
) -> None:
    """Show who stands where: days, stores, regions, channels, staff, products or categories."""
    if (first is None) != (last is None):
        raise click.UsageError("--from and --to belong together.")
    args = LeaderboardArgs(day=_date(day), first=_date(first), last=_date(last), **chosen)
    document = do(settings, "leaderboard", args)
    if as_json:
        print_json(document)
        return
    period = document["period"]
    click.echo(
        f"{args.measure} by {args.by}, {period['first']} to {period['last']}, as of {document['as_of']}"
    )
    for board in document["boards"]:
        places = [*board["top"], *reversed(board.get("bottom_for_managers", []))]
        if board.get("own"):
            places.append(board["own"])
        unit, currency = document["unit"], board["currency"]
        rows = [
            [
                place["key"],
                currency,
                str(place["rank"]),
                _value(place["value"], unit, currency),
                _moved(place),
            ]
            for place in _each_once(places)
        ]
        print_table([args.by, "currency", "rank", args.measure, "moved"], rows, left=2)
        click.echo(f"{board['ranked']:,} ranked, {board['left_out']:,} left out.")


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _each_once(places: list[Document]) -> list[Document]:
    """In the order of their ranks: top, bottom and one's own place may be the same."""
    return sorted({place["key"]: place for place in places}.values(), key=lambda place: place["rank"])


def _value(value: int, unit: str, currency: str) -> str:
    if unit == "minor units":
        return amount(value, currency)
    return f"{value / _MILLIONTHS:.2f}" if unit == "millionths" else f"{value:,}"


def _moved(place: Document) -> str:
    moved = place["moved"]
    return "new" if moved is None else f"{moved:+d}" if moved else "="

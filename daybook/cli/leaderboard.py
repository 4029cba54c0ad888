"""``daybook leaderboard``."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, get_args

import click
from pydantic import ValidationError

from daybook.board_files import load_measures, load_staff, load_targets
from daybook.cli.store_options import do, give_up, print_json, print_table, store_options
from daybook.cli.totals import amount, state
from daybook.json_files import FileError
from daybook.ledger.leaderboards import MEASURES
from daybook.operations.base import Document
from daybook.operations.leaderboard import LeaderboardArgs
from daybook.schemas.leaderboards import PERIOD_KINDS, Peers, Ranked, View
from daybook.schemas.validation import first_problem
from daybook.settings import Settings

_DAY: Final = click.DateTime(["%Y-%m-%d"])
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_MILLIONTHS: Final = 1_000_000
_MEASURES: Final = (
    f"One of {', '.join(MEASURES)}, of the measures file, or of signals, such as deals_won, won_value, csat."
)


@click.command()
@click.option("--by", type=click.Choice(get_args(Ranked)), required=True, help="Who or what is ranked.")
@click.option("--measure", default="net", show_default=True, help=_MEASURES)
@click.option("--period", type=click.Choice(PERIOD_KINDS), default="day", show_default=True)
@click.option("--date", "day", type=_DAY, help="A day of the period; today at the stores, if left out.")
@click.option("--from", "first", type=_DAY, help="With --to: any dates instead of a period.")
@click.option("--to", "last", type=_DAY)
@click.option(
    "--view",
    type=click.Choice(get_args(View)),
    default="activity",
    show_default=True,
    help="Whether a return counts on the day it was processed, or on that of its sale.",
)
@click.option("--peers", type=click.Choice(get_args(Peers)), help="A board for each group of peers.")
@click.option("--top", type=click.IntRange(0, 10_000), default=10, show_default=True)
@click.option("--bottom", type=click.IntRange(0, 10_000), default=0, help="The last ones; for managers only.")
@click.option("--own", help="Show the place of this one besides; with --top 0, nobody else's.")
@click.option(
    "--minimum-orders",
    type=click.IntRange(0),
    default=0,
    help="Leave out who has fewer (of signals: fewer answers, sessions, deals).",
)
@click.option("--staff", "staff_path", type=_FILE, help="Staff file (JSON): names, teams, home stores.")
@click.option("--targets", "targets_path", type=_FILE, help="Targets file (JSON), for attainment.")
@click.option("--measures", "measures_path", type=_FILE, help="Measures file (JSON).")
@store_options
def leaderboard(
    *,
    settings: Settings,
    as_json: bool,
    day: datetime | None,
    first: datetime | None,
    last: datetime | None,
    staff_path: Path | None,
    targets_path: Path | None,
    measures_path: Path | None,
    **chosen: Any,
) -> None:
    """Show who stands where: staff, teams, stores, regions, products, channels, campaigns, days and so on."""
    if (first is None) != (last is None):
        raise click.UsageError("--from and --to belong together.")
    try:
        args = LeaderboardArgs(
            day=_date(day),
            first=_date(first),
            last=_date(last),
            staff=load_staff(staff_path or settings.staff_file),
            targets=load_targets(targets_path or settings.targets_file),
            custom=load_measures(measures_path or settings.measures_file),
            grace_hours=settings.day_grace_hours,
            **chosen,
        )
    except FileError as error:
        give_up(str(error))
    except ValidationError as error:
        raise click.UsageError(first_problem(error).partition(": ")[2]) from error
    if args.by == "team" and not args.staff:
        raise click.UsageError("Who is in which team stands in the staff file: name it by --staff.")
    document = do(settings, "leaderboard", args)
    if as_json:
        print_json(document)
    else:
        _show(document, args)


def _show(document: Document, args: LeaderboardArgs) -> None:
    period = document["period"]
    dates = period["first"] if period["first"] == period["last"] else f"{period['first']} to {period['last']}"
    click.echo(f"{args.measure} by {args.by}, {dates}, as of {document['as_of']}")
    if not document["boards"]:
        click.echo("Nothing was counted.")
    for board in document["boards"]:
        of_peers = f", {board['peer_group']}" if board["peer_group"] else ""
        known = state(board) if board["state"] else "day states are not known without the stores file"
        click.echo(f"\n{board['currency'] or 'All currencies'}{of_peers}: {known}")
        _print_places(document, board["currency"], board["top"])
        if board.get("bottom_for_managers"):
            click.echo("For managers only, the last first:")
            _print_places(document, board["currency"], board["bottom_for_managers"])
        if args.own is not None:
            click.echo("Own place:" if board["own"] else f"{args.own} has no place on this board.")
            _print_places(document, board["currency"], [board["own"]] if board["own"] else [])
        click.echo(f"{board['ranked']:,} ranked, {board['left_out']:,} left out.")


def _print_places(document: Document, currency: str, places: list[Document]) -> None:
    if not places:
        return
    rows = [
        [
            str(place.get("name", place["key"])),
            str(place["rank"]),
            _value(place["value"], document, currency) + (f" of {place['of']:,}" if "of" in place else ""),
            _moved(place),
        ]
        for place in places
    ]
    print_table([document["by"], "rank", document["measure"], "moved"], rows, left=1)


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _value(value: int, document: Document, currency: str) -> str:
    if document["unit"] == "minor units":
        return amount(value, currency)
    if document["measure"] == "attainment":
        return f"{value / 10_000:,.1f} %"
    return f"{value / _MILLIONTHS:,.2f}" if document["unit"] == "millionths" else f"{value:,}"


def _moved(place: Document) -> str:
    moved = place["moved"]
    return "new" if moved is None else f"{moved:+d}" if moved else "="

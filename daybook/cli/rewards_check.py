"""``daybook rewards check``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import click

from daybook.cli.reward_files import files_args, rewards_path, staff_path
from daybook.cli.store_options import do, give_up, print_json, store_options
from daybook.cli.totals import amount
from daybook.json_files import FileError, read_document
from daybook.ledger.rewards.checking import problems
from daybook.operations.base import Document
from daybook.operations.rewards_check import CheckArgs
from daybook.rewards_file import known_to
from daybook.schemas.rewards import RewardsFile
from daybook.settings import Settings

_SHOWN: Final = 10


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--month", "day", type=click.DateTime(["%Y-%m"]), help="Try it on this month, not the last.")
@store_options
def check(*, settings: Settings, as_json: bool, file: Path | None, day: datetime | None) -> None:
    """Say what is wrong with a rewards file, or what last month would have given under it."""
    path = file or rewards_path(settings)
    if path is None:
        give_up("Name a rewards file, or set DAYBOOK_REWARDS_FILE.")
    found, wrong = _read(path, settings)
    if wrong or found is None:
        if as_json:
            print_json({"valid": False, "problems": wrong})
        for sentence in wrong if not as_json else ():
            click.echo(sentence, err=True)
        raise SystemExit(1)
    asked = settings.data_dir is not None or settings.clickhouse_url is not None
    files = files_args(settings).model_dump()
    args = CheckArgs(rewards=found, day=day.date() if day else None, **files)
    document = do(settings, "rewards-check", args) if asked else None
    if as_json:
        print_json({"valid": True, "tried": document})
        return
    count = len(found.programmes)
    click.echo(f"{path} is well: {count} programme{'' if count == 1 else 's'}.")
    if document is None:
        click.echo("Name --data-dir or --clickhouse-url to see what last month would have given under it.")
    else:
        _show(document)


def _read(path: Path, settings: Settings) -> tuple[RewardsFile | None, list[str]]:
    """The file, and what is wrong with it."""
    try:
        found = read_document(path, RewardsFile, "rewards file")
        known = known_to(settings.model_copy(update={"staff_file": staff_path(settings)}))
    except FileError as error:
        return None, [str(error)]
    return found, [f"The rewards file {path} is not valid: {each}." for each in problems(found, known)]


def _show(document: Document) -> None:
    month = document["month"]
    click.echo(f"From {month['first']} to {month['last']} it would have given, as all stands now:")
    for programme in document["programmes"]:
        click.echo(f"\n{programme['title']} ({programme['programme_id']}): {_sum(programme)}")
        for each in programme["who"][:_SHOWN]:
            click.echo(f"  {each['key']}: {_each(each, programme)}")
        if len(programme["who"]) > _SHOWN:
            click.echo(f"  and {len(programme['who']) - _SHOWN} more")


def _sum(programme: Document) -> str:
    periods = f"over {programme['periods']:,} periods"
    if programme["points"] is not None:
        return f"{programme['points']:,} points {periods}"
    if programme["cost"] is not None:
        currency = programme["currency"]
        cost, budget = amount(programme["cost"], currency), amount(programme["budget"], currency)
        return f"{programme['awards']:,} awards {periods}, {cost} of a budget of {budget} {currency}"
    return f"{programme['awards']:,} awards {periods}"


def _each(each: Document, programme: Document) -> str:
    if programme["points"] is not None:
        return f"{each['quantity']:,} points"
    times = f"{each['awards']:,} times" if each["awards"] > 1 else "once"
    if programme["cost"] is not None:
        return f"{times}, {amount(each['quantity'], programme['currency'])} {programme['currency']}"
    return times

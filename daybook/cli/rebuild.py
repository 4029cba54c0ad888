"""``daybook rebuild``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import click
from pydantic import ValidationError

from daybook.cli.reward_files import files_args, rewards_path
from daybook.cli.store_options import do, give_up, print_differences, print_json, store_options
from daybook.json_files import FileError, read_document
from daybook.operations.reconcile import RebuildArgs
from daybook.schemas.rewards import RewardsFile
from daybook.settings import Settings

_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "first", type=_DAY, required=True, help="First business date.")
@click.option("--to", "last", type=_DAY, required=True, help="Last business date.")
@store_options
def rebuild(*, settings: Settings, as_json: bool, first: datetime, last: datetime) -> None:
    """Recompute totals, lines and awards of days from the raw events, and say what had been wrong."""
    try:
        path = rewards_path(settings)
        rewards = None if path is None else read_document(path, RewardsFile, "rewards file")
        files = files_args(settings).model_dump()
        args = RebuildArgs(first=first.date(), last=last.date(), rewards=rewards, **files)
    except FileError as error:
        give_up(str(error))
    except ValidationError:
        raise click.UsageError("--to comes before --from.") from None
    with _progress() as progress:
        document = do(settings, "rebuild", args, progress)
    if as_json:
        print_json(document)
        return
    found = document["differences"]
    if found:
        print_differences(found, ("recomputed", "stored"))
    click.echo(
        f"{document['events']:,} events folded: {document['totals']:,} totals and {document['lines']:,} lines"
        f" are right now; {len(found):,} figures and {document['replaced_lines']:,} lines had been wrong."
    )
    if document["awards"] is not None:
        wrong = document["replaced_awards"]
        click.echo(f"{document['awards']:,} awards of whole periods are right now; {wrong:,} had been wrong.")


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody watches
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} events folded"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda done: shown.update(task, completed=done)

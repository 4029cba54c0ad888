"""``daybook reconcile``."""

from __future__ import annotations

from datetime import datetime

import click

from daybook.cli.store_options import DIFFERENT, do, print_differences, print_json, store_options
from daybook.operations.reconcile import ReconcileArgs
from daybook.settings import Settings


@click.command()
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="One business date; all of them without."
)
@store_options
def reconcile(*, settings: Settings, as_json: bool, day: datetime | None) -> None:
    """Hold the totals against the lines in every measure and dimension; exit code 1 if they differ."""
    document = do(settings, "reconcile", ReconcileArgs(day=day.date() if day else None))
    found = document["differences"]
    if as_json:
        print_json(document)
    elif found:
        print_differences(found, ("lines", "totals"))
        click.echo(f"{len(found)} differences. `daybook rebuild` recomputes the days from the raw events.")
    else:
        click.echo(f"Totals and lines agree{f' on {day.date()}' if day else ''}.")
    if found:
        raise SystemExit(DIFFERENT)

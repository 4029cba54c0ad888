"""``daybook migrate``."""

from __future__ import annotations

import click

from daybook.cli.store_options import do, print_json, store_options
from daybook.operations.migrations import MigrateArgs
from daybook.settings import Settings


@click.command()
@store_options
def migrate(*, settings: Settings, as_json: bool) -> None:
    """Create the database's tables and views, or bring them up to date."""
    made = do(settings, "migrate", MigrateArgs())
    if as_json:
        print_json(made)
    elif made["applied"]:
        click.echo(f"Applied to {made['database']}: {', '.join(made['applied'])}.")
    else:
        click.echo(f"The database {made['database']} is up to date.")

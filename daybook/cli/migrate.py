"""``daybook migrate``."""

from __future__ import annotations

import click

from daybook.cli.store_options import do, print_json, store_options
from daybook.operations.migrations import MigrateArgs
from daybook.settings import Settings
from daybook.sinks.retention import AGES


@click.command()
@store_options
def migrate(*, settings: Settings, as_json: bool) -> None:
    """Create the database's tables and views, or bring them up to date; set how long what is kept.

    The settings DAYBOOK_KEEP_... say how long. Without one that is for ever.
    """
    keep = {name: getattr(settings, f"keep_{name}_days") for name in AGES}
    made = do(settings, "migrate", MigrateArgs(keep=keep, cluster=settings.clickhouse_cluster))
    if as_json:
        print_json(made)
    elif made["applied"]:
        click.echo(f"Applied to {made['database']}: {', '.join(made['applied'])}.")
    else:
        click.echo(f"The database {made['database']} is up to date.")
    if made["retention_changed"] and not as_json:
        click.echo(f"Kept for another time than before: {', '.join(made['retention_changed'])}.")

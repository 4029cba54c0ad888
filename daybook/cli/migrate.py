"""``daybook migrate``."""

from __future__ import annotations

from typing import Any

import click

from daybook.cli.store_options import do, give_up, print_json, store_options
from daybook.operations.migrations import MigrateArgs, SpreadArgs
from daybook.settings import Settings
from daybook.sinks.retention import AGES
from daybook.sinks.sharded import rows_database


@click.command()
@store_options
def migrate(*, settings: Settings, as_json: bool) -> None:
    """Create the database's tables and views, or bring them up to date; set how long what is kept.

    The settings DAYBOOK_KEEP_... say how long. Without one that is for ever.
    """
    keep = {name: getattr(settings, f"keep_{name}_days") for name in AGES}
    args = MigrateArgs(keep=keep, cluster=settings.clickhouse_cluster)
    if settings.clickhouse_shards:
        made = _spread(settings, args)
    else:
        made = do(settings, "migrate", args)
    if as_json:
        print_json(made)
    elif made["applied"]:
        click.echo(f"Applied to {made['database']}: {', '.join(made['applied'])}.")
    else:
        click.echo(f"The database {made['database']} is up to date.")
    if made["retention_changed"] and not as_json:
        click.echo(f"Kept for another time than before: {', '.join(made['retention_changed'])}.")


def _spread(settings: Settings, args: MigrateArgs) -> dict[str, Any]:
    if args.cluster is None:
        give_up("Shards are those of a cluster: name it with DAYBOOK_CLICKHOUSE_CLUSTER.")
    rows = settings.model_copy(
        update={"clickhouse_database": rows_database(settings.clickhouse_database)},
    )
    made = do(rows, "migrate", args)
    do(settings, "spread", SpreadArgs(cluster=args.cluster))
    return made

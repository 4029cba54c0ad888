"""``daybook users``."""

from __future__ import annotations

from pathlib import Path

import click

from daybook.brokers import secret
from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import print_json, store_options
from daybook.operations.access import opened
from daybook.settings import Settings
from daybook.sinks.users import GRANTS, user_statements


@click.command()
@click.option(
    "--secrets",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="Folder with a file for each user's password, named after the user.",
)
@store_options
def users(*, settings: Settings, as_json: bool, folder: Path) -> None:
    """Make ClickHouse's users, each with what it needs and no more; run again, it sets their passwords anew.

    It needs a user that may make others.
    """
    with told_in_a_sentence(settings), opened(settings) as store:
        passwords = {user: secret(folder / user) for user in GRANTS}
        for statement in user_statements(
            settings.clickhouse_database, passwords, shards=settings.clickhouse_shards
        ):
            store.command(statement)
    if as_json:
        print_json({"users": list(GRANTS)})
    else:
        click.echo(f"Users: {', '.join(GRANTS)}.")

"""``daybook backup``."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from daybook.backup.making import back_up
from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import give_up, print_json, store_options
from daybook.operations.access import opened
from daybook.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@store_options
def backup(*, settings: Settings, as_json: bool, folder: Path, bootstrap: str | None) -> None:
    """Write sales, state, keys and files into a new FOLDER, while everything runs on.

    The folder holds every sale and the keys' secrets: keep it where nobody else reads. Passwords of Kafka and
    ClickHouse are not in it.
    """
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    try:
        with told_in_a_sentence(settings), opened(settings) as store:
            manifest = asyncio.run(back_up(settings, store, folder))
    except OSError as error:
        give_up(f"The backup could not be written: {error.strerror}: {error.filename}.")
    if as_json:
        print_json(manifest.model_dump())
        return
    rows = {table.name: table.rows for table in manifest.tables}
    click.echo(
        f"{rows.get('events', 0):,} events, {sum(rows.values()):,} rows in all, "
        f"{manifest.partitions} partitions' state, {len(manifest.copied)} files: {folder}"
    )

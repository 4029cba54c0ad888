"""``daybook restore``."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import click

from daybook.backup.restoring import restore as bring_back
from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import give_up, print_json, store_options
from daybook.operations.access import opened
from daybook.settings import Settings
from daybook.streams.writer import CheckpointFailedError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@click.option(
    "--files-to",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the stores file, keys and others go; they are left in the backup if this is not given.",
)
@click.option(
    "--retention-days", type=click.IntRange(4, 3650), default=14, show_default=True, help="Of the events."
)
@store_options
def restore(
    *,
    settings: Settings,
    as_json: bool,
    folder: Path,
    bootstrap: str | None,
    files_to: Path | None,
    retention_days: int,
) -> None:
    """Bring back the backup in FOLDER, into a Kafka and a ClickHouse that hold nothing of Daybook.

    Then start worker and sink. What was published after the backup has to be sent again by its sources; what
    was counted before is a duplicate.
    """
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    try:
        with told_in_a_sentence(settings), opened(settings) as store:
            days = timedelta(days=retention_days)
            manifest = asyncio.run(bring_back(settings, store, folder, files_to=files_to, retention=days))
    except CheckpointFailedError as error:
        give_up(f"The state could not be written: {error}. Delete topics and tables, and run this again.")
    except OSError as error:
        give_up(f"A file could not be restored: {error.strerror}: {error.filename}.")
    if as_json:
        print_json(manifest.model_dump())
    else:
        click.echo(
            f"The backup of {manifest.made_at} is back. Start worker and sink, then `daybook reconcile`."
        )

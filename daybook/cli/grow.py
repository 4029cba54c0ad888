"""``daybook grow``."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import click

from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import print_json, store_options
from daybook.growing import grow as grow_topics
from daybook.operations.access import opened
from daybook.readiness import needed_calendar
from daybook.settings import Settings


@click.command()
@click.option("--partitions", type=click.IntRange(2, 1024), required=True, help="How many there are to be.")
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@store_options
def grow(*, settings: Settings, as_json: bool, partitions: int, bootstrap: str | None) -> None:
    """Give the topics of sales and signals more partitions, and hand on who was counted already.

    Stop every worker and sink first, and start them again afterwards; gateways and tills go on publishing.
    If it is cut off, run it again.
    """
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    with told_in_a_sentence(settings), contextlib.ExitStack() as stack:
        calendar = needed_calendar(settings)
        store = stack.enter_context(opened(settings)) if settings.clickhouse_url is not None else None
        epochs = asyncio.run(grow_topics(settings, partitions, store, calendar, _say))
    if as_json:
        print_json({"partitions": partitions, "epochs": epochs})
    else:
        told = ", ".join(f"{topic} epoch {epoch}" for topic, epoch in epochs.items())
        click.echo(f"{partitions} partitions: {told}. Start workers and sinks again.")


def _say(sentence: str) -> None:
    click.echo(sentence, file=sys.stderr)

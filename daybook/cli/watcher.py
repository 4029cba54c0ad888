"""``daybook watcher``."""

from __future__ import annotations

import asyncio
import functools
import sys

import click

from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import store_options
from daybook.cli.worker import FAILED
from daybook.emergency import obeying
from daybook.faust_running import ProcessFailed
from daybook.logs import talk
from daybook.readiness import until_told
from daybook.settings import Settings
from daybook.watcher import run_watcher


@click.command()
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@store_options
def watcher(*, settings: Settings, as_json: bool, bootstrap: str | None) -> None:
    """Watch the totals until it is told to end (Ctrl-C, SIGTERM): leaderboards, alerts.

    A second one stands by for the first. Exit code 4 means that it ended itself; whoever runs it starts it
    again.
    """
    del as_json  # there is no document: it runs until it is told to end
    talk(settings)
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    click.echo("Watching; Ctrl-C ends it.", file=sys.stderr)
    try:
        with told_in_a_sentence(settings):
            asyncio.run(until_told(functools.partial(obeying, run_watcher, settings)))
    except ProcessFailed as error:
        click.echo(f"{error} Start it again: it goes on where its last tick stands.", err=True)
        raise SystemExit(FAILED) from None

"""``daybook notifier``."""

from __future__ import annotations

import asyncio
import functools
import sys
from pathlib import Path

import click

from daybook.cli.ending import told_in_a_sentence
from daybook.cli.store_options import store_options
from daybook.cli.worker import FAILED
from daybook.emergency import obeying
from daybook.faust_running import ProcessFailed
from daybook.logs import talk
from daybook.notifier import run_notifier
from daybook.readiness import until_told
from daybook.settings import Settings


@click.command()
@click.option("--rules", type=click.Path(path_type=Path, dir_okay=False), help="Rules file (JSON).")
@click.option("--bootstrap", help="Brokers, host:port, comma-separated.")
@store_options
def notifier(*, settings: Settings, as_json: bool, rules: Path | None, bootstrap: str | None) -> None:
    """Tell alerts and reports to their receivers until it is told to end (Ctrl-C, SIGTERM).

    Reports that the rules file has need --stores and --clickhouse-url.

    A second one stands by for the first. Exit code 4 means that it ended itself; whoever runs it starts it
    again. A notification may then come twice, and never not at all.
    """
    del as_json  # there is no document: it runs until it is told to end
    talk(settings)
    settings.rules_file = rules or settings.rules_file
    settings.kafka_bootstrap = bootstrap or settings.kafka_bootstrap
    click.echo("Telling alerts; Ctrl-C ends it.", file=sys.stderr)
    try:
        with told_in_a_sentence(settings):
            asyncio.run(until_told(functools.partial(obeying, run_notifier, settings)))
    except ProcessFailed as error:
        click.echo(f"{error} Start it again: it goes on where its log stands.", err=True)
        raise SystemExit(FAILED) from None
